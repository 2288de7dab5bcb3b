# format.bats - --format as the programs that drive podman give it.

load helpers

setup_file()
{
	import_busybox
	cuddy run -d --name box --network=none --label manager=distrobox \
		--label com.docker.compose.project.working_dir=/w --label distrobox.unshare_groups=0 \
		-e HOME=/home/u -v "$HOME:/mnt" busybox sleep 1000 >/dev/null
}

teardown_file()
{
	cuddy rm -af >/dev/null 2>&1 || true
}

# 1.8 gives --format in front of the name, 1.4 behind it.
@test "distrobox asks a container for its state, its home and a label" {
	local home='{{range .Config.Env}}{{if and (ge (len .) 5) (eq (slice . 0 5) "HOME=")}}'
	home+='home={{slice . 5 | printf "%q"}}{{end}}{{end}}'
	equal "$(cuddy inspect --type container box --format '{{.State.Status}}')" running
	equal "$(cuddy inspect --type container --format "$home" box)" 'home="/home/u"'
	home='{{range .Config.Env}}{{if slice . 0 5 | eq "HOME="}}{{slice . 5}}{{end}}{{end}}'
	equal "$(cuddy inspect --type container box --format "$home")" /home/u
	equal "$(cuddy inspect -f '{{ index .Config.Labels "distrobox.unshare_groups" }}' box)" 0
	equal "$(cuddy inspect -f '<{{ index .Config.Labels "no.such" }}>' box)" "<>"
}

@test "distrobox lists containers with labels and mounts" {
	run cuddy ps -a --no-trunc --format '{{.ID}}|{{.Image}}|{{.Names}}|{{.Status}}|{{.Labels}}{{.Mounts}}'
	[[ $output =~ ^[0-9a-f]{64}\|localhost/busybox:latest\|box\|Up\  ]]
	contains "$output" manager=distrobox
	contains "$output" /mnt
}

@test "podman-compose compares ids, and lists in columns" {
	equal "$(cuddy inspect -t image -f '{{.Id}}' busybox)" \
		"$(cuddy ps -a --format json | jq -r '.[0].ImageID')"
	equal "$(cuddy inspect box --format \
		'{{ .State.Status }}..{{ index .Config.Labels "com.docker.compose.project.working_dir" }}')" \
		running../w
	equal "$(cuddy ps --format '{{ .Image }} {{ .Names }}')" "localhost/busybox:latest box"
	run cuddy images --format 'table NAME {{.Repository}} {{.Tag}} {{.ID}} {{.Size}}' -n
	[[ $output =~ ^NAME\ {8}localhost/busybox\ \ latest\ {6}[0-9a-f]{12}\ \  ]]
}

@test "VS Code asks info and version, also for what docker has" {
	[[ $(cuddy info -f '{{.Host.Security.SELinuxEnabled}}') =~ ^(true|false)$ ]]
	cuddy_ok info -f '{{.Runtimes.nvidia}}'
	equal "$(cuddy version --format '{{.Server.Version}}')" \
		"$(cuddy version --format json | jq -r .Client.Version)"
}

@test "a label is a column, a whole list a template's" {
	equal "$(cuddy ps --format 'table {{.Names}} {{.Label "manager"}}' | sed 's/  */ /g')" \
		"NAMES MANAGER
box distrobox"
	equal "$(cuddy ps --format '{{range .}}{{.Names}};{{end}}')" "box;"
}

@test "a field that is not there is an error that helps" {
	cuddy_fails 125 'unknown field .Nmaes; known are ' ps --format '{{.Nmaes}}'
	contains "$stderr" 'Did you mean .Names?'
	cuddy_fails 125 '{{end}} is missing' ps --format '{{range .Names}}'
}

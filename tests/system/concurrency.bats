# slow
# concurrency.bats - many at once.

load helpers

setup_file()
{
	import_busybox
}

# Run COMMAND with the words I, 1 to N, side by side; how each ended is in results/.
side_by_side() # N COMMAND...
{
	local n=$1 i
	shift
	rm -rf results
	mkdir results
	for ((i = 1; i <= n; i++)); do
		(
			code=0
			"${@//@/$i}" >"results/$i.out" 2>"results/$i.err" || code=$?
			echo $code >"results/$i.code"
		) 3>&- &
	done
	wait
}

codes()
{
	sort results/*.code | uniq -c | awk '{ print $1 "x" $2 }' | xargs
}

@test "twenty imports of the same archive at once" {
	side_by_side 20 "$CUDDY" import -q "$FIXTURES/busybox.tar.gz" same
	equal "$(codes)" 20x0
	equal "$(cuddy run --rm --network=none same echo works)" works
	equal "$(find "$CUDDY_DATA/layers" -mindepth 1 -maxdepth 1 -type d | wc -l)" 1
	equal "$(find "$CUDDY_DATA/tmp" -mindepth 1 -maxdepth 1)" ""
}

@test "twenty imports of different archives at once" {
	local i
	for ((i = 1; i <= 20; i++)); do
		mktar "$i.tar" <<<"file $i text=$i"
	done
	side_by_side 20 "$CUDDY" import -q @.tar "many-@"
	equal "$(codes)" 20x0
	equal "$(cuddy images --format '{{.Repository}}' | grep -c many-)" 20
}

@test "twenty pulls at once" {
	side_by_side 20 "$CUDDY" pull -q --tls-verify=false "$(registry plain)/odd:1"
	equal "$(codes)" 20x0
	equal "$(cat results/*.out | sort -u | wc -l)" 1
}

@test "twenty containers at once" {
	side_by_side 20 "$CUDDY" run --rm --network=none busybox echo @
	equal "$(codes)" 20x0
	equal "$(cat results/*.out | sort -n | xargs)" "$(seq 20 | xargs)"
	nothing_left
}

@test "twenty containers of one name: exactly one runs" {
	side_by_side 20 "$CUDDY" run --network=none --name same busybox sleep 3
	equal "$(codes)" "1x0 19x125"
	contains "$(cat results/*.err)" same
	cuddy_ok rm same
	nothing_left
}

@test "removals, imports and runs in each other's way: all succeed or say why" {
	local i
	for ((i = 1; i <= 8; i++)); do
		{
			cuddy import -q "$FIXTURES/busybox.tar" "busy$i" >/dev/null
			cuddy run --rm --network=none "busy$i" true
			cuddy rmi "busy$i" >/dev/null
			echo "done"
		} >"way.$i" 2>&1 3>&- &
	done
	wait
	equal "$(sort way.* | uniq -c | xargs)" "8 done"
	nothing_left
}

@test "twenty containers come and go while ps looks" {
	for _ in $(seq 10); do
		cuddy run --rm --network=none busybox true 3>&- &
		cuddy run --rm --network=none busybox true 3>&- &
		cuddy_ok ps -a
	done
	wait
	nothing_left
}

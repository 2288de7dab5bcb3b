/* completion.c - `cuddy completion SHELL` and what its scripts ask, `cuddy __complete WORD...`.
 *
 * The scripts know nothing of cuddy's options: they hand the line back to cuddy, which answers from
 * the tables, so that they are right for whatever version is installed. */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>
#include "cli/commands.h"

/* Easier to read one line a line. */
/* clang-format off */

/* bash splits words at ':' and '=' and replaces only what stands behind the last of them. */
static const char bash_script[] =
"# bash completion for cuddy; made by `cuddy completion bash`\n"
"_cuddy()\n"
"{\n"
"\tlocal words=() cur= kept candidate i\n"
"\tfor ((i = 1; i <= COMP_CWORD; i++)); do\n"
"\t\tif ((${#words[@]})) && [[ ${COMP_WORDS[i]} == [:=] || ${COMP_WORDS[i-1]} == [:=] ]]; then\n"
"\t\t\twords[${#words[@]}-1]+=${COMP_WORDS[i]}\n"
"\t\telse\n"
"\t\t\twords+=(\"${COMP_WORDS[i]}\")\n"
"\t\tfi\n"
"\tdone\n"
"\tcur=${words[${#words[@]}-1]}\n"
"\tkept=${cur%\"${cur##*[:=]}\"}\n"
"\tCOMPREPLY=()\n"
"\twhile IFS= read -r candidate; do\n"
"\t\tcase $candidate in\n"
"\t\t:files) compopt -o filenames; COMPREPLY+=($(compgen -f -- \"${cur#\"$kept\"}\")) ;;\n"
"\t\t:dirs) compopt -o filenames; COMPREPLY+=($(compgen -d -- \"${cur#\"$kept\"}\")) ;;\n"
"\t\t*)\n"
"\t\t\tcandidate=${candidate%%$'\\t'*}\n"
"\t\t\t[[ $candidate != *= ]] || compopt -o nospace\n"
"\t\t\tCOMPREPLY+=(\"${candidate#\"$kept\"}\") ;;\n"
"\t\tesac\n"
"\tdone < <(\"${COMP_WORDS[0]}\" __complete \"${words[@]}\" 2>/dev/null)\n"
"}\n"
"complete -F _cuddy cuddy\n";

static const char zsh_script[] =
"#compdef cuddy\n"
"# zsh completion for cuddy; made by `cuddy completion zsh`\n"
"_cuddy()\n"
"{\n"
"\tlocal line\n"
"\tlocal -a found\n"
"\tfor line in \"${(@f)$($words[1] __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
"\t\tcase $line in\n"
"\t\t'') ;;\n"
"\t\t:files) compset -P '*='; _files ;;\n"
"\t\t:dirs) compset -P '*='; _files -/ ;;\n"
"\t\t*) found+=(\"${${line%%$'\\t'*}//:/\\\\:}${${(M)line%$'\\t'*}/$'\\t'/:}\") ;;\n"
"\t\tesac\n"
"\tdone\n"
"\t(( $#found )) && _describe cuddy found\n"
"}\n"
"if [ \"$funcstack[1]\" = _cuddy ]; then _cuddy \"$@\"; else compdef _cuddy cuddy; fi\n";

static const char fish_script[] =
"# fish completion for cuddy; made by `cuddy completion fish`\n"
"function __cuddy_complete\n"
"\tset -l words (commandline -opc) (commandline -ct)\n"
"\tfor line in ($words[1] __complete $words[2..-1] 2>/dev/null)\n"
"\t\tswitch $line\n"
"\t\t\tcase :files\n"
"\t\t\t\t__fish_complete_path (commandline -ct)\n"
"\t\t\tcase :dirs\n"
"\t\t\t\t__fish_complete_directories (commandline -ct)\n"
"\t\t\tcase '*'\n"
"\t\t\t\techo $line\n"
"\t\tend\n"
"\tend\n"
"end\n"
"complete -c cuddy -f -a '(__cuddy_complete)'\n";
/* clang-format on */

static int completion_run(struct cli *cli, struct err *e)
{
	static const struct {
		const char *shell, *text;
	} scripts[] = { { "bash", bash_script }, { "zsh", zsh_script }, { "fish", fish_script } };
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		if (str_eq(cli->args[0], scripts[i].shell)) {
			fputs(scripts[i].text, stdout);
			return 0;
		}
	}
	err_set(e, ERR_USAGE, "no completion for the shell %s", cli->args[0]);
	return err_hint(e, "There is one for bash, zsh and fish.");
}

const struct command command_completion = {
	.name = "completion",
	.summary = "Print a script that completes cuddy's commands in a shell",
	.usage = "bash|zsh|fish",
	.examples = "completion bash > ~/.local/share/bash-completion/completions/cuddy",
	.topic = TOPIC_SYSTEM,
	.min_args = 1,
	.max_args = 1,
	.run = completion_run,
};

static int complete_run(struct cli *cli, struct err *e)
{
	auto_buf struct buf out = { 0 };
	complete_words(cli, cli->args, cli->nargs, &out);
	if (out.data)
		fputs(out.data, stdout);
	return 0;
}

const struct command command_complete = {
	.name = "__complete",
	.summary = "Answer what a shell could complete",
	.usage = "WORD...",
	.topic = TOPIC_HIDDEN,
	.max_args = ARGS_ANY,
	.flags = CMD_RAW,
	.run = complete_run,
};

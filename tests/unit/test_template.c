/* test_template.c - templates of --format over JSON values. What is expected here was compared with what Go 1.19
 * prints for the same, but for the differences that template.h names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/template.h"
#include "model/yaml.h"

static const char document[] =
	"{\"Id\":\"abcdef0123456789\",\"Size\":12,\"Neg\":-5,\"F\":2.5,\"On\":true,\"Off\":false,"
	"\"None\":null,\"E\":\"\",\"State\":{\"Pid\":7,\"Status\":\"running\"},"
	"\"Names\":[\"a\",\"b\"],\"L\":[1,2,3],\"Empty\":[],\"Labels\":{\"l\":\"w\",\"k\":\"v\"},"
	"\"Annotations\":null,\"M\":[{\"S\":\"/a\",\"D\":\"/b\"},{\"S\":\"/c\",\"D\":\"/d\"}],"
	"\"Evil\":\"{{.Id}}\",\"Text\":\"h\\u00e4\\u0001\\t\\\"x\\\\\"}";

static json *parsed(const char *text)
{
	struct err e = { 0 };
	json *j;
	if (json_parse(text, strlen(text), "test", &j, &e) < 0)
		fail_msg("%s", e.msg);
	return j;
}

static void expect_of(const char *doc, const char *text, const char *want)
{
	auto_template struct template *t = NULL;
	auto_json json *data = parsed(doc);
	auto_buf struct buf b = { 0 };
	struct err e = { 0 };
	if (template_parse(text, &t, &e) < 0 || template_exec(t, NULL, data, &b, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	if (strcmp(b.data ? b.data : "", want) != 0)
		fail_msg("%s: %s, not %s", text, b.data, want);
}

static void expect(const char *text, const char *want)
{
	expect_of(document, text, want);
}

/* The error says WHY, and how to get on where HINT is not NULL. */
static void refused_of(const char *doc, const char *text, const char *why, const char *hint)
{
	auto_template struct template *t = NULL;
	auto_json json *data = parsed(doc);
	auto_buf struct buf b = { 0 };
	struct err e = { 0 };
	if (template_parse(text, &t, &e) == 0 && template_exec(t, NULL, data, &b, &e) == 0)
		fail_msg("%s was accepted: %s", text, b.data);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_true(str_starts(e.msg, "template: "));
	if (!strstr(e.msg, why) || (hint && !strstr(e.hint, hint)))
		fail_msg("%s: %s (%s)", text, e.msg, e.hint);
}

static void refused(const char *text, const char *why)
{
	refused_of(document, text, why, NULL);
}

static void fields(void **state)
{
	expect("", "");
	expect("plain", "plain");
	expect("{{.Id}}", "abcdef0123456789");
	expect("<{{ .State.Pid }}>", "<7>");
	expect("{{.ID}}{{.state.pid}}", "abcdef01234567897");
	expect("{{.State.Pid}}/{{.Size}}/{{.On}}", "7/12/true");
	expect("{{.None}}", "<nil>");
	expect("{{.Names}} {{.Empty}} {{.M}}", "[a b] [] [{/a /b} {/c /d}]");
	expect("{{.Labels}} {{.Annotations}}", "map[k:v l:w] map[]");
	expect("{{.State}}", "{7 running}");
	expect("{{.Evil}}", "{{.Id}}");
	expect("{{$.Id}} {{(.State).Pid}} {{((.State)).Pid}}", "abcdef0123456789 7 7");
}

/* JSON names and Go names of one field. */
static void names(void **state)
{
	static const char info[] =
		"{\"host\":{\"security\":{\"selinuxEnabled\":true},\"idMappings\":{\"uidmap\":"
		"[{\"container_id\":3}]}},\"store\":{\"graphDriverName\":\"overlay\"},"
		"\"network_interface\":\"n0\",\"ipv6_enabled\":false,\"Mounts\":[{\"Source\":\"s\","
		"\"Destination\":\"d\"}],\"Image\":\"i\"}";
	expect_of(info, "{{.Host.Security.SELinuxEnabled}} {{.Store.GraphDriverName}}",
		  "true overlay");
	expect_of(info, "{{.host.security.selinuxEnabled}}", "true");
	expect_of(info, "{{range .Host.IDMappings.UIDMap}}{{.ContainerID}}{{end}}", "3");
	expect_of(info, "{{.NetworkInterface}} {{.IPv6Enabled}}", "n0 false");
	expect_of(info, "{{range .Mounts}}{{.Src}}:{{.Dst}}{{end}} {{.ImageID}}", "s:d i");
	expect_of("{\"ImageID\":\"x\",\"Image\":\"y\"}", "{{.ImageID}}", "x");
	refused_of(info, "{{.Host.Securty}}", "unknown field .Securty; known are .Security, ",
		   "Did you mean .Security?");
	refused_of(info, "{{.Runtimes.nvidia}}", "unknown field .Runtimes", NULL);
}

/* A map has the keys that it has, and no error for others. */
static void maps(void **state)
{
	expect("{{.Labels.k}}|{{.Labels.K}}|{{.Labels.x.y}}", "v|<no value>|<no value>");
	expect("{{index .Labels \"k\"}}|{{index .Labels \"x\"}}|", "v||");
	expect("{{index .Annotations \"x\"}}|{{.Annotations.x}}", "|<no value>");
	expect("{{if index .Labels \"x\"}}y{{else}}n{{end}}", "n");
	expect("{{eq (index .Labels \"x\") \"\"}} {{eq (index .Labels \"k\") \"v\"}}", "true true");
	expect("{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}", "k=v;l=w;");
	expect("{{json (index .Labels \"x\")}} {{printf \"%q\" (index .Labels \"x\")}}",
	       "\"\" \"\"");
	expect_of(
		"{\"Ports\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}],\"1/udp\":null}}",
		"{{.Ports}} {{(index (index .Ports \"80/tcp\") 0).HostPort}}",
		"map[1/udp:<nil> 80/tcp:[{ 8080}]] 8080");
	expect_of("{\"Ports\":{\"80/tcp\":[{\"HostPort\":\"8080\"}],\"1/udp\":null}}",
		  "{{range $p, $c := .Ports}}{{$p}}->{{range $c}}{{.HostPort}}{{else}}-{{end}} "
		  "{{end}}",
		  "1/udp->- 80/tcp->8080 ");
}

static void text(void **state)
{
	expect("a\\tb\\n", "a\tb\n");
	expect("a\\qb", "a\\qb");
	expect("x {{- .Size -}} y", "x12y");
	expect("x\\n {{- .Size -}} \\t y", "x12y");
	expect("x {{- /* c */ -}} y", "xy");
	expect("{{/* nothing }} */}}.", ".");
	expect("}} { {{\"}}\"}}", "}} { }}");
	expect("{{- 3}} {{-3}} {{- -3 -}} .", "3 -3-3.");
	expect("{{\"\\\"\\t\\x41\\u00e9\\101\"}} {{`raw \\q`}} {{'a'}}", "\"\tA\xc3\xa9"
									 "A raw \\q 97");
	expect("{{0x1f}} {{0b101}} {{0o17}} {{017}} {{1_000}} {{.5}} {{+4}} {{1.0}} {{1e100}}",
	       "31 5 15 15 1000 0.5 4 1 1e+100");
	expect("{{true}} {{false}}", "true false");
}

static void control(void **state)
{
	expect("{{if .On}}y{{else}}n{{end}}{{if .Off}}y{{else if .Size}}s{{else}}n{{end}}", "ys");
	expect("{{if .Off}}y{{else if .E}}s{{else}}n{{end}}{{if .Empty}}{{else}}e{{end}}", "ne");
	expect("{{with .State}}{{.Pid}} {{$.Size}}{{else}}z{{end}}", "7 12");
	expect("{{with .E}}x{{else}}z{{end}}{{with .E}}x{{else with .Size}}{{.}}{{end}}", "z12");
	expect("{{range .Names}}<{{.}}>{{end}}{{range .Empty}}x{{else}}none{{end}}", "<a><b>none");
	expect("{{range .None}}x{{else}}none{{end}}", "none");
	expect("{{range $i, $e := .Names}}{{$i}}={{$e}};{{end}}", "0=a;1=b;");
	expect("{{range $i, $_ := .Names}}{{if $i}}, {{end}}{{.}}{{end}}", "a, b");
	expect("{{range .L}}{{if eq . 2}}{{continue}}{{end}}{{.}}{{end}}", "13");
	expect("{{range .L}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}}.", "1.");
	expect("{{range .M}}{{range $.L}}{{break}}{{end}}{{.S}}{{end}}", "/a/c");
	expect("{{$x := 1}}{{$x}}{{$x = 2}}{{if true}}{{$x = 3}}{{$x := 9}}{{$x}}{{end}}{{$x}}",
	       "193");
	expect("{{$a := 0}}{{range .L}}{{$a = .}}{{end}}{{$a}}", "3");
	expect("{{with $x := .State}}{{$x.Pid}}{{end}}{{if $y := .Id}}{{len $y}}{{end}}", "716");
}

static void logic(void **state)
{
	expect("{{and .On .Size}} {{and .Off .Size}} {{or .Off .E \"d\"}} {{not .On}}",
	       "12 false d false");
	expect("{{and 0 (index .L 99)}} {{or 1 (index .L 99)}}", "0 1");
	expect("{{.On | and .Size}} {{.E | or .Off}}.", "true .");
	expect("{{eq .Size 12}} {{eq .Size 1 2 12}} {{eq .Size 1 2}} {{ne .Size 12}}",
	       "true true false false");
	expect("{{lt .Size 13}} {{le 12 .Size}} {{gt .F 2.0}} {{ge \"b\" \"a\"}} {{lt \"a\" "
	       "\"ab\"}}",
	       "true true true true true");
	expect("{{eq .None nil}} {{eq .Size nil}} {{eq nil nil}}", "true false true");
	refused("{{eq .Size \"12\"}}", "eq cannot compare an integer with a text");
	refused("{{eq .Size 12.0}}", "eq cannot compare");
	refused("{{eq .Names .Names}}", "eq cannot compare");
	refused("{{lt .On .Off}}", "lt cannot compare");
	refused("{{lt nil 1}}", "lt cannot compare nil");
}

static void functions(void **state)
{
	expect("{{len .Names}} {{len .Id}} {{len .Labels}} {{len .Empty}}", "2 16 2 0");
	expect("{{index .Names 1}} {{index .M 1 \"S\"}} {{(index .M 0).D}} {{index .Id 0}}",
	       "b /c /b 97");
	expect("{{slice .Id 0 5}} {{slice .Id 12}} {{slice .L 1 2}} {{index (slice .Names 1) 0}}",
	       "abcde 6789 [2] b");
	expect("{{print 1 2 \"a\" \"b\" 3 .On .Off}} {{println 1 \"a\"}}{{print}}.",
	       "1 2ab3 true false 1 a\n.");
	expect("{{html \"<a href='x'>&\\\"\"}} {{js \"'<=>\\n\\\\\"}} {{urlquery \"a b/\" 1}}",
	       "&lt;a href=&#39;x&#39;&gt;&amp;&#34; \\'\\u003C\\u003D\\u003E\\u000A\\\\ a+b%2F1");
	expect("{{join .Names \", \"}} {{upper .Id}} {{lower \"ABC\"}}",
	       "a, b ABCDEF0123456789 abc");
	expect("{{title \"hello big_world x-y\"}}", "Hello Big_world X-Y");
	expect("{{split \"a,b,\" \",\"}} {{len (split \"a,b,\" \",\")}} {{split \"ab\" \"\"}}",
	       "[a b ] 3 [a b]");
	expect("{{len (split \"\" \",\")}}{{len (split \"\" \"\")}}", "10");
}

static void report_functions(void **state)
{
	expect("<{{pad \"x\" 1 2}}><{{pad \"\" 3 3}}>", "< x  ><>");
	expect("{{truncate .Id 3}} {{truncate .Id 99}} {{truncate \"h\xc3\xa4\" 2}}",
	       "abc abcdef0123456789 h");
	expect("{{json .Names}} {{.State | json}} {{json .None}} {{json .Id}}",
	       "[\"a\",\"b\"] {\"Pid\":7,\"Status\":\"running\"} null \"abcdef0123456789\"");
	expect("{{.Id | printf \"%s-%s\" \"x\"}} {{\"a\" | printf \"%s\" | upper}}",
	       "x-abcdef0123456789 A");
	refused("{{len .Size}}", "len of an integer");
	refused("{{index .Names 2}}", "2 is out of range");
	refused("{{index .Names -1}}", "-1 is out of range");
	refused("{{index .Names \"a\"}}", "index wants a number");
	refused("{{index .Labels 1}}", "a map's key is a text");
	refused("{{slice .Id 5 2}}", "out of range");
	refused("{{slice .Id 0 99}}", "out of range");
	refused("{{join .Id \",\"}}", "join wants a list");
	refused("{{upper .Size}}", "upper wants a text");
	refused("{{pad \"x\" 1 -1}}", "out of range");
	refused("{{truncate \"x\" -1}}", "out of range");
	refused("{{printf 1}}", "printf wants a format");
	refused("{{not}}", "not takes 1 argument, not 0");
	refused("{{not 1 2}}", "not takes 1 argument, not 2");
	refused("{{eq 1}}", "eq takes at least 2");
	refused("{{json}}", "json takes 1 argument");
}

static void formats(void **state)
{
	expect("{{printf \"%s %q %d %v %t %f\" .Id .Id .Size .Names .On .F}}",
	       "abcdef0123456789 \"abcdef0123456789\" 12 [a b] true 2.500000");
	expect("{{printf \"%5d|%-5d|%05d|%+d|%x|%X|%o|%b|%c|%U\" 42 42 -42 42 255 -255 8 5 65 65}}",
	       "   42|42   |-0042|+42|ff|-FF|10|101|A|U+0041");
	expect("{{printf \"%-6s|%6s|%.2s|%5.2s|\" \"abc\" \"h\xc3\xa4\" \"h\xc3\xa4y\" \"abc\"}}",
	       "abc   |    h\xc3\xa4|h\xc3\xa4|   ab|");
	expect("{{printf \"%x|% x|%X|%#x\" \"hello\" \"hi\" \"hi\" \"hi\"}}",
	       "68656c6c6f|68 69|6869|0x6869");
	expect("{{printf \"%6.2f|%-8.1f|%e|%g|%v|%08.3f|%+.1f\" 3.14159 2.5 12345.678 0.00001 1e6 "
	       "3.14159 2.0}}",
	       "  3.14|2.5     |1.234568e+04|1e-05|1e+06|0003.142|+2.0");
	expect("{{1.5}} {{0.1}} {{100000.0}} {{1234567.0}} {{0.0001}}",
	       "1.5 0.1 100000 1.234567e+06 0.0001");
	expect("{{printf \"%d\" \"a\"}} {{printf \"%s\" 1}} {{printf \"%d %d\" 1}} {{printf \"%d\" "
	       "1 2}}",
	       "%!d(string=a) %!s(int=1) 1 %!d(MISSING) 1%!(EXTRA int=2)");
	expect("{{printf \"%z\" 1}} {{printf \"%\"}} {{printf \"100%%\"}}",
	       "%!z(int=1) %!(NOVERB) 100%");
	expect("{{printf \"%s|%v|%d\" .None .None .None}}", "%!s(<nil>)|<nil>|%!d(<nil>)");
	expect("{{printf \"%02d|%q|%s\" .L .Names .Labels}}",
	       "[01 02 03]|[\"a\" \"b\"]|map[k:v l:w]");
	expect("{{printf \"%[2]s %[1]s\" \"a\" \"b\"}} {{printf \"%*d|%-*d|\" 4 42 4 42}}",
	       "b a   42|42  |");
	expect("{{printf \"%q\" .Text}} {{printf \"%+q\" .Text}}",
	       "\"h\xc3\xa4\\x01\\t\\\"x\\\\\" \"h\\u00e4\\x01\\t\\\"x\\\\\"");
	expect("{{printf \"%T %T %T\" .Id .Size .F}}", "string int float64");
}

static void wrong(void **state)
{
	static const struct {
		const char *text, *why, *hint;
	} cases[] = {
		{ "{{.Nothing}}", "unknown field .Nothing; known are .Id, .Size, ", "{{json .}}" },
		{ "{{.Stat.Pid}}", "unknown field .Stat", "Did you mean .State?" },
		{ "{{.Id.More}}", "unknown field .More: a text has no fields", NULL },
		{ "{{.M.S}}", "a list has no fields", "{{range .List}}{{.S}}{{end}}" },
		{ "{{.None.X}}", "nil has no fields", NULL },
		{ "{{.Id", "{{ without }}", NULL },
		{ "{{}}", "something is missing", NULL },
		{ "{{Id}}", "no function \"Id\"", "{{.Id}}" },
		{ "{{.Id | uper}}", "no function \"uper\"", "Did you mean upper?" },
		{ "{{.Id.}}", "a space is missing", NULL },
		{ "{{..Id}}", "unexpected \".Id\"", NULL },
		{ "{{.Id\"x\"}}", "a space is missing", NULL },
		{ "{{\"abc}}", "a quote that does not end", NULL },
		{ "{{\"a\\q\"}}", "is no constant", NULL },
		{ "{{0x}}", "is no constant", NULL },
		{ "{{/* abc}}", "a comment that does not end", NULL },
		{ "{{| .Id}}", "unexpected \"|\"", NULL },
		{ "{{.Id | }}", "something is missing", NULL },
		{ "{{(.Id}}", "( without )", NULL },
		{ "{{.Id)}}", "unexpected \")\"", NULL },
		{ "{{.Id % 2}}", "\"%\" is not understood", NULL },
		{ "{{range .Names}}", "{{end}} is missing", NULL },
		{ "{{end}}", "nothing to end", NULL },
		{ "{{else}}", "nothing to end", NULL },
		{ "{{if .Id}}{{else}}{{else}}{{end}}", "else twice", NULL },
		{ "{{range .L}}{{else if .Id}}{{end}}", "else with \"if\"", NULL },
		{ "{{break}}", "no range around", NULL },
		{ "{{range .L}}{{else}}{{continue}}{{end}}", "no range around", NULL },
		{ "{{$x}}", "no variable $x", "{{$x := .Name}}" },
		{ "{{$x = 1}}", "no variable $x", NULL },
		{ "{{range $i, $x := .L}}{{end}}{{$i}}", "no variable $i", NULL },
		{ "{{nil}}", "nil is not a command", NULL },
		{ "{{1 2}}", "not a function", NULL },
		{ "{{1 | 2}}", "not a function", NULL },
		{ "{{.State.Pid 1}}", "no method but has arguments", NULL },
		{ "{{1 | .Id}}", "no method but has arguments", NULL },
		{ "{{range .Id}}{{end}}", "range goes over lists, not over a text", NULL },
		{ "{{len upper}}", "upper needs arguments", NULL },
		{ "{{define \"x\"}}{{end}}", "define is not supported", NULL },
		{ "{{template \"x\"}}", "template is not supported", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refused_of(document, cases[i].text, cases[i].why, cases[i].hint);
}

/* Written by people who wish us ill, or by a script gone wrong. */
static void hostile(void **state)
{
	auto_buf struct buf deep = { 0 }, open = { 0 }, wide = { 0 };
	for (int i = 0; i < 5000; i++) {
		buf_puts(&deep, "{{if (1)}}");
		buf_puts(&open, i ? "(" : "{{");
	}
	refused(deep.data, "more than 64 levels");
	refused(open.data, "more than 64 levels");
	for (int i = 0; i < 70000; i++)
		buf_putc(&wide, 'x');
	refused(wide.data, "longer than");
	refused("{{$x := \"aaaaaaaaaaaaaaaa\"}}{{range (split (printf \"%4000s\" \"\") \"\")}}"
		"{{$x = print $x $x}}{{end}}",
		"it does too much");
	refused("{{$l := split (printf \"%4000s\" \"\") \"\"}}{{range $l}}{{range $l}}{{range $l}}"
		"{{end}}{{end}}{{end}}",
		"it does too much");
	refused("{{$l := split (printf \"%4000s\" \"\") \"\"}}{{printf "
		"\"%4000v%[1]4000v%[1]4000v\" $l}}",
		"it does too much");
}

/* --- what clients ask (toolbox, distrobox, podman-compose, VS Code) --- */

static const char container[] =
	"{\"Id\":\"0123abc\",\"Name\":\"box\",\"Image\":\"i\",\"State\":{\"Status\":\"running\","
	"\"Pid\":7,"
	"\"ExitCode\":0},\"Config\":{\"Labels\":{\"distrobox.unshare_groups\":\"0\","
	"\"com.docker.compose.project.working_dir\":\"/w\"},\"Env\":[\"A=b\",\"HOME=/home/"
	"u\",\"X\"]},"
	"\"NetworkSettings\":{\"Ports\":{}}}";

static void clients(void **state)
{
	expect_of(container, "{{.State.Status}}", "running");
	expect_of(container, "{{.ID}} {{.Id}}", "0123abc 0123abc");
	expect_of(container, "{{ index .Config.Labels \"distrobox.unshare_groups\" }}", "0");
	expect_of(container, "{{ index .Config.Labels \"distrobox.unknown\" }}", "");
	expect_of(container,
		  "{{range .Config.Env}}{{if and (ge (len .) 5) (eq (slice . 0 5) \"HOME=\")}}"
		  "home={{slice . 5 | printf \"%q\"}}{{end}}{{end}}",
		  "home=\"/home/u\"");
	expect_of(
		"{\"Config\":{\"Env\":[\"PATH=/bin\",\"HOME=/h\"]}}",
		"{{range .Config.Env}}{{if slice . 0 5 | eq \"HOME=\"}}{{slice . 5}}{{end}}{{end}}",
		"/h");
	expect_of(container,
		  "{{ .State.Status }}..{{ index .Config.Labels "
		  "\"com.docker.compose.project.working_dir\" }}",
		  "running../w");
	expect_of("{\"Id\":\"1\",\"Image\":\"x\",\"Names\":\"a\",\"Status\":\"Up\",\"Labels\":\"k="
		  "v\","
		  "\"Mounts\":\"/m\",\"State\":\"running\"}",
		  "{{.ID}}|{{.Image}}|{{.Names}}|{{.Status}}|{{.Labels}}{{.Mounts}}|{{.State}}",
		  "1|x|a|Up|k=v/m|running");
	expect_of("{\"Repository\":\"r\",\"Tag\":\"t\",\"ID\":\"1\",\"Size\":\"2 MB\"}",
		  "{{.Repository}} {{.Tag}} {{.ID}} {{.Size}}", "r t 1 2 MB");
	expect_of("{\"Client\":{\"Version\":\"5\"}}", "{{.Client.Version}}", "5");
	expect_of("{\"ID\":\"1\"}", "{{json .}}", "{\"ID\":\"1\"}");
}

/* --- rows --- */

static json *get_label(const void *ctx, json *row, const char *arg)
{
	const char *value = json_str(json_obj(row, "Labels"), arg);
	return json_object_new_string(value ? value : (const char *)ctx);
}

static json *get_short(const void *ctx, json *row, const char *arg)
{
	return json_object_new_string_len(json_str(row, "Id"), 3);
}

static json *get_nothing(const void *ctx, json *row, const char *arg)
{
	return NULL;
}

static const struct template_field row_fields[] = {
	{ "ID", "IMAGE ID", get_short, false },
	{ "Label", NULL, get_label, true },
	{ "Runtimes", NULL, get_nothing, false },
	{ "Tag", "THE TAG", NULL, false },
	{ 0 },
};
static const struct template_rows rows = { row_fields, "-" };

static int exec_rows(const char *text, const char *doc, struct buf *out, struct err *e)
{
	auto_template struct template *t = NULL;
	auto_json json *data = parsed(doc);
	memset(e, 0, sizeof *e);
	return template_parse(text, &t, e) < 0 || template_exec(t, &rows, data, out, e) < 0 ? -1
											    : 0;
}

static void expect_rows(const char *text, const char *doc, const char *want)
{
	auto_buf struct buf b = { 0 };
	struct err e;
	if (exec_rows(text, doc, &b, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	assert_string_equal(b.data ? b.data : "", want);
}

static void own_fields(void **state)
{
	static const char row[] =
		"{\"Id\":\"abcdef\",\"Labels\":{\"k\":\"v\"},\"In\":{\"Id\":\"x\"}}";
	static const char list[] = "[{\"Id\":\"abcdef\"},{\"Id\":\"ghijkl\"}]";
	auto_buf struct buf b = { 0 };
	struct err e;
	expect_rows("{{.ID}} {{.Id}} {{.id}} {{.In.ID}}", row, "abc abcdef abc x");
	expect_rows("{{.Label \"k\"}} {{\"k\" | .Label}} {{$.Label \"x\"}} {{(.Label \"k\")}}", row,
		    "v v - v");
	expect_rows("{{range .Labels}}{{$.Label \"k\"}}{{end}}", row, "v");
	expect_rows("{{.Runtimes.nvidia}}", row, "<no value>");
	expect_rows("{{range .}}{{.ID}} {{end}}{{(index . 1).ID}}", list, "abc ghi ghi");
	assert_int_equal(exec_rows("{{.Label}}", row, &b, &e), -1);
	assert_non_null(strstr(e.msg, ".Label takes a text"));
	assert_int_equal(exec_rows("{{.Label 1}}", row, &b, &e), -1);
	assert_int_equal(exec_rows("{{.Label \"a\" \"b\"}}", row, &b, &e), -1);
	assert_int_equal(exec_rows("{{.ID 1}}", row, &b, &e), -1);
	assert_int_equal(exec_rows("{{.Lable \"k\"}}", row, &b, &e), -1);
	assert_int_equal(exec_rows("{{.Labl}}", row, &b, &e), -1);
	assert_non_null(strstr(e.hint, "Did you mean .Label?"));
	assert_int_equal(exec_rows("{{.Tag}}", row, &b, &e), -1);
}

static void expect_heading(const char *text, const char *want)
{
	auto_template struct template *t = NULL;
	auto_buf struct buf b = { 0 };
	struct err e = { 0 };
	assert_int_equal(template_parse(text, &t, &e), 0);
	template_headings(t, &rows, &b);
	assert_string_equal(b.data ? b.data : "", want);
}

static void headings(void **state)
{
	expect_heading("{{.Id}}\t{{.State.Pid}}", "IMAGE ID\tPID");
	expect_heading("{{.CreatedAt}} {{.PIDNS}} {{.CIDFile}} {{.Tag}}",
		       "CREATED AT PIDNS CID FILE THE TAG");
	expect_heading("{{.Label \"com.example.some-name\"}}", "SOME NAME");
	expect_heading("{{if .Exited}}{{.Status}}{{else}}{{.Tag}}{{end}}", "STATUS");
	expect_heading("{{slice .ID 0 3 | upper}} {{index .Names 0}} {{\"x\"}}",
		       "IMAGE ID NAMES x");
	expect_heading("{{range .Names}}{{.First}}{{end}}{{$x := .Id}}", "FIRST");
}

static void whole_lists(void **state)
{
	static const struct {
		const char *text;
		bool whole;
	} cases[] = { { "{{range .}}{{.ID}}{{end}}", true },
		      { "{{ range . }}x{{end}}", true },
		      { "{{range $x := .}}{{end}}", true },
		      { "{{range .Names}}{{end}}", false },
		      { "x{{range .}}{{end}}", false },
		      { "{{.}}", false },
		      { "", false } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_template struct template *t = NULL;
		struct err e = { 0 };
		assert_int_equal(template_parse(cases[i].text, &t, &e), 0);
		assert_int_equal(template_is_range(t), cases[i].whole);
	}
}

static void yaml(void **state)
{
	auto_json json *data = parsed(
		"{\"a\":\"x\",\"b\":{\"c\":[1,{\"d\":2,\"e\":3}],\"f\":[]},\"g\":\"12\","
		"\"h\":\"a: b\",\"i\":\"no\",\"j\":null,\"k\":\"two\\nlines\",\"l\":{}}");
	auto_buf struct buf b = { 0 };
	yaml_print(data, &b);
	assert_string_equal(b.data, "a: x\nb:\n  c:\n    - 1\n    - d: 2\n      e: 3\n  f: []\n"
				    "g: \"12\"\nh: \"a: b\"\ni: \"no\"\nj: null\n"
				    "k: \"two\\nlines\"\nl: {}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),      cmocka_unit_test(names),
		cmocka_unit_test(maps),        cmocka_unit_test(text),
		cmocka_unit_test(control),     cmocka_unit_test(logic),
		cmocka_unit_test(functions),   cmocka_unit_test(report_functions),
		cmocka_unit_test(formats),     cmocka_unit_test(wrong),
		cmocka_unit_test(hostile),     cmocka_unit_test(clients),
		cmocka_unit_test(own_fields),  cmocka_unit_test(headings),
		cmocka_unit_test(whole_lists), cmocka_unit_test(yaml),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

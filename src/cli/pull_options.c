/* pull_options.c - rows of the commands that run in cuddy-image. */
#include "cli/pull_options.h"

#define PULL(field) offsetof(struct pull_opts, field)
static const struct opt pull_rows[] = {
	{ "quiet", 'q', OPT_BOOL, PULL(quiet), .help = "Print nothing but the image id" },
	{ "tls-verify", 0, OPT_TRI, PULL(tls_verify),
	  .help = "Check certificates; =false also allows plain HTTP" },
	{ "creds", 0, OPT_STR, PULL(creds), "USER:PASSWORD", .help = "Account at the registry" },
	{ "platform", 0, OPT_STR, PULL(platform), "OS/ARCH",
	  .help = "Take the image for another platform than this machine's" },
	{ "os", 0, OPT_STR, PULL(os), "OS", .help = "Take the image for another operating system" },
	{ "arch", 0, OPT_STR, PULL(arch), "ARCH",
	  .help = "Take the image for another architecture" },
	{ "variant", 0, OPT_STR, PULL(variant), "VARIANT",
	  .help = "Take the image for another variant of the architecture" },
	{ "authfile", 0, OPT_STR, PULL(authfile), "FILE",
	  .help = "Where accounts at registries are kept", .complete = COMPLETE_FILES },
	{ "cert-dir", 0, OPT_STR, PULL(cert_dir), "DIR",
	  .help = "Certificates (*.crt, *.cert, *.key) for the registry",
	  .complete = COMPLETE_DIRS },
	{ "policy", 0, OPT_STR, PULL(policy), "WHEN",
	  .help = "Whether to ask for an image that is there",
	  .values = "always|missing|never|newer" },
	{ 0 },
};
static const struct opt_group pull_groups[] = { { "Options", pull_rows, 0 }, { 0 } };

const struct command command_pull = {
	.name = "pull",
	.aliases = "image pull",
	.summary = "Get an image from a registry or an archive",
	.usage = "[options] IMAGE [IMAGE...]",
	.about = "IMAGE is HOST[:PORT]/NAME[:TAG][@DIGEST], or docker-archive:FILE, "
		 "oci-archive:FILE,\n"
		 "oci:DIR[:NAME] or dir:DIR. The id of the image is printed.",
	.examples = "pull quay.io/libpod/alpine\n"
		    "pull --tls-verify=false localhost:5000/app:1.2\n"
		    "pull oci-archive:/tmp/app.tar",
	.topic = TOPIC_IMAGES,
	.groups = pull_groups,
	.opts_size = sizeof(struct pull_opts),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.program = "cuddy-image",
};

#define LOAD(field) offsetof(struct load_opts, field)
static const struct opt load_rows[] = {
	{ "input", 'i', OPT_STR, LOAD(input), "FILE", .help = "Read the archive from FILE",
	  .complete = COMPLETE_FILES },
	{ "quiet", 'q', OPT_BOOL, LOAD(quiet), .help = "Print no progress" },
	{ 0 },
};
static const struct opt_group load_groups[] = { { "Options", load_rows, 0 }, { 0 } };

const struct command command_load = {
	.name = "load",
	.aliases = "image load",
	.summary = "Load images from an archive made by save",
	.usage = "[options]",
	.about = "The archive (docker-archive or oci-archive, plain or compressed) comes from "
		 "standard\n"
		 "input, or from the file that -i names.",
	.examples = "load -i app.tar\nload < app.tar.gz",
	.topic = TOPIC_IMAGES,
	.groups = load_groups,
	.opts_size = sizeof(struct load_opts),
	.program = "cuddy-image",
};

#define IMPORT(field) offsetof(struct import_opts, field)
static const struct opt import_rows[] = {
	{ "change", 'c', OPT_LIST, IMPORT(changes), "INSTRUCTION",
	  .help = "Set a part of the configuration: CMD, ENV, USER, LABEL and others" },
	{ "message", 'm', OPT_STR, IMPORT(message), "TEXT",
	  .help = "Comment to keep with the image" },
	{ "quiet", 'q', OPT_BOOL, IMPORT(quiet), .help = "Print no progress" },
	{ "os", 0, OPT_STR, IMPORT(os), "OS", .help = "Operating system to note" },
	{ "arch", 0, OPT_STR, IMPORT(arch), "ARCH", .help = "Architecture to note" },
	{ "variant", 0, OPT_STR, IMPORT(variant), "VARIANT",
	  .help = "Variant of the architecture to note" },
	{ 0 },
};
static const struct opt_group import_groups[] = { { "Options", import_rows, 0 }, { 0 } };

const struct command command_import = {
	.name = "import",
	.aliases = "image import",
	.summary = "Make an image of a tar archive of a root file system",
	.usage = "[options] FILE|- [NAME[:TAG]]",
	.about = "The archive becomes the image's one layer. It may be compressed with gzip, zstd "
		 "or xz.",
	.examples = "import rootfs.tar debian:mine\n"
		    "import -c 'CMD [\"/bin/bash\"]' - debian:mine < rootfs.tar.zst",
	.topic = TOPIC_IMAGES,
	.groups = import_groups,
	.opts_size = sizeof(struct import_opts),
	.min_args = 1,
	.max_args = 2,
	.args = COMPLETE_FILES,
	.program = "cuddy-image",
};

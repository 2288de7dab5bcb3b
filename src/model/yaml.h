/* yaml.h - a JSON value as YAML text, the way podman's info prints itself. */
#pragma once
#include "util/json.h"
#include "util/str.h"

/* Append V to OUT in block style. */
void yaml_print(json *v, struct buf *out);

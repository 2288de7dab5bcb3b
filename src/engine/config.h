/* config.h - the configuration files of this machine and user, read in podman's order. */
#pragma once
#include "model/config.h"

/* containers.conf: /usr/share/containers, /etc/containers and its containers.conf.d/ (sorted), the same below
 * ${XDG_CONFIG_HOME:-~/.config}/containers, each over the one before; $CONTAINERS_CONF instead of all these;
 * $CONTAINERS_CONF_OVERRIDE over everything. storage.conf: $CONTAINERS_STORAGE_CONF, else the user's, else
 * /etc's, else /usr/share's, one only; $STORAGE_DRIVER over it. A file that is not there is fine unless a
 * variable names it. *OUT is owned (config_free), also when this fails: then it is empty. */
must_check int config_read(struct config *out, struct err *e);

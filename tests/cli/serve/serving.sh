# SPDX-License-Identifier: Apache-2.0
# For cases that need a running server.

# start SETTING...: runs collab-serve in local mode on a free port and returns when it is ready.
# $server is its process, $port its port; what it logs is in the file log.
start() {
    export XDG_STATE_HOME=$PWD/state XDG_RUNTIME_DIR=$PWD/run
    mkfifo screen
    collab-serve --listen 127.0.0.1:0 --tls off "$@" >screen 2>log 3>&- &
    server=$!
    exec 3<screen
    port=
    while [ -z "$port" ] && IFS= read -r line <&3; do
        case $line in *http://localhost:*) port=${line##*:} port=${port%)} ;; esac
    done
}

# stop: ends it and returns its status.
stop() {
    kill "$server"
    wait "$server"
}

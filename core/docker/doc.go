// Package docker is the docker command line: the commands of docker 20.10 with
// their flags, tables, templates, progress, messages and exit codes, speaking to
// a host.Engine. It touches nothing but what its Env gives it.
//
// The rooms: cli is what commands stand on; option the values of flags;
// formatter the lists; progress the messages of long operations; pack archives
// of the client's files; image, container, object (volumes and networks),
// system and swarm hold the commands.
package docker

// Package archive writes and reads the archives of docker save as dockerd 20.10
// does (image/tarexport): a directory for every layer under an id of the first
// image format, the configs, manifest.json and repositories.
package archive

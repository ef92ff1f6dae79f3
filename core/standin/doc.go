// Package standin makes small images that stand in for well-known base images
// where there is no network: the directories, users and program names that a
// Dockerfile relies on, a few tens of kilobytes each, made from the texts in
// data.
//
// They are not the real images and say so. Programs in them are placeholders
// that package shell knows by name.
package standin

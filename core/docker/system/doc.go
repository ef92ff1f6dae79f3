// Package system holds the commands that are about docker itself and about
// registries: version, info, events, inspect, login, search, and the groups
// system, builder, context and manifest.
package system

// Package schema2 holds Docker's image manifest, version 2, schema 2
// (distribution, docs/spec/manifest-v2-2.md): the bytes that docker pushes, and
// what can be read of them.
package schema2

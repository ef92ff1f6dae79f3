// Package image holds container images: their config, history, manifest and
// index, the archives they travel in, and what of them BuildKit's exporter
// decides.
//
// An Image is immutable. Its documents are kept as the exact bytes that are
// digested; the layers are those of package layer.
package image

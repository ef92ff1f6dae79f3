// Package tamper changes one byte of an image and follows the change up: to the
// layer's DiffID, the ChainIDs, the config and its image ID, the manifest and
// the index. It shows what content addressing protects.
package tamper

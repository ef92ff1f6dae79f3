package applet

import (
	"errors"

	"layerlab.dev/core/shell/bzip2"
)

// xzDecode says that it cannot: there is no reader for xz here.
func xzDecode([]byte) ([]byte, error) { return nil, errors.New("xz is not interpreted here") }

func bzip2Bytes(b []byte) []byte { return bzip2.Compress(b) }

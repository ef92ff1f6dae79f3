package image

import "layerlab.dev/core/message"

// What is wrong with an image that was made elsewhere.
var (
	saysLayer     = message.New("image.layer", "layer %s: %s")
	saysNoTar     = message.New("image.no-tar", "this is no tar archive, or it is cut off: %s")
	saysNoArchive = message.New("image.no-archive", "this is no image archive: it has neither index.json (OCI layout) nor manifest.json (docker save)")
	saysEmpty     = message.New("image.empty", "index.json names no image manifest")
	saysManifest  = message.New("image.no-manifest", "this is no manifest of an image")
	saysNested    = message.New("image.nested", "indexes within indexes lead to no image")
	saysLarge     = message.New("image.large", "%s has %s bytes: too many for a document")
	saysNoLayers  = message.New("image.no-layers", "this is no container image: its config names no layers")
	saysCount     = message.New("image.layer-count", "the image config names %s layers, the manifest %s")
	saysEncrypted = message.New("image.encrypted", "layer %s has the media type %s: encrypted layers cannot be read")
	saysOther     = message.New("image.other-layer", "layer %s is %s, but the image config names %s")
	saysDamaged   = message.New("image.damaged", "the blob %s holds other bytes: it is damaged or was changed")
)

// ErrNested reports an index that leads to another index for too long.
var ErrNested = saysNested.Error()

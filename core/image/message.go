package image

import "layerlab.dev/core/message"

// What is wrong with an image that was made elsewhere.
var (
	saysLayer     = message.New("image.layer", "layer %s: %s")
	saysNoTar     = message.New("image.no-tar", "this is no tar archive, or it is cut off or damaged (%s): fetch or save it again")
	saysNoArchive = message.New("image.no-archive", "this is no image archive: it has neither index.json (OCI layout) nor manifest.json (docker save). Save an image with docker save, skopeo copy, or docker buildx build --output type=oci")
	saysNotImage  = message.New("image.not-image", "this is %s, and no image archive: save an image with docker save, skopeo copy, or docker buildx build --output type=oci")
	saysRootFS    = message.New("image.root-fs", "these are the files of a container, as docker export writes them, and no image: make one with docker import, or put the archive into the context and ADD it to FROM scratch")
	saysOneLayer  = message.New("image.one-layer", "this is one layer and no image: it has whiteouts, but no manifest. Save the whole image with docker save or skopeo copy")
	saysContext   = message.New("image.context", "this is a build context with a Dockerfile, and no image: unpack it and open the folder instead")
	saysOldSave   = message.New("image.old-save", "this archive is of a docker before 1.10 and has no manifest.json: load it with a newer docker and save it again")
	saysInner     = message.New("image.inner", "this archive holds another one, %s: unpack it and take that")
	saysSeveral   = message.New("image.several-folders", "several folders of this archive hold an image: pack one of them")

	saysAmbiguous    = message.New("image.ambiguous", "a document is a manifest and an index at once: tools would take different images for it, so it is refused")
	saysSchema1      = message.New("image.schema-1", "this is a manifest of schema 1, which docker gave up: pull the image with a newer docker and save it again")
	saysAttestations = message.New("image.attestations", "the index names attestations only, and no image")
	saysArtifact     = message.New("image.artifact", "this is an artifact of the type %s, and no container image")
	saysConfigDigest = message.New("image.config-digest", "the config has the digest %s, which is none (%s): the archive is damaged")
	saysLayerDigest  = message.New("image.layer-digest", "layer %s has the digest %s, which is none (%s): the archive is damaged")
	saysSize         = message.New("image.size", "the blob %s has %s bytes, where %s are named: it is damaged or was changed")
	saysPartial      = message.New("image.partial", "the index lists %s too, but not all of that is in the archive: %s is taken")

	kindEmpty      = message.New("image.kind-empty", "an empty file")
	kindZIP        = message.New("image.kind-zip", "a ZIP archive")
	kind7z         = message.New("image.kind-7z", "a 7z archive")
	kindRAR        = message.New("image.kind-rar", "a RAR archive")
	kindELF        = message.New("image.kind-elf", "a program")
	kindPDF        = message.New("image.kind-pdf", "a PDF document")
	kindSquashFS   = message.New("image.kind-squashfs", "a squashfs file system")
	kindISO        = message.New("image.kind-iso", "a CD image (ISO 9660)")
	kindDisk       = message.New("image.kind-disk", "the disk of a virtual machine")
	kindScript     = message.New("image.kind-script", "a script")
	kindCompressed = message.New("image.kind-compressed", "a compressed file within a compressed file")
	kindDeb        = message.New("image.kind-deb", "a Debian package or a library")
	kindRPM        = message.New("image.kind-rpm", "an RPM package")
	kindCPIO       = message.New("image.kind-cpio", "a cpio archive")
	kindJSON       = message.New("image.kind-json", "a JSON document")
	kindText       = message.New("image.kind-text", "a text")

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

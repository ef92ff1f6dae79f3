package session

import (
	"layerlab.dev/core/message"
	"layerlab.dev/core/vfs"
	"layerlab.dev/wasm/wire"
)

// The session's own sentences.
var (
	saysNoDockerfile   = message.New("session.no-dockerfile", "there is no %s")
	adviseNoDockerfile = message.New("session.add-dockerfile", "Add a file of this name, or choose another Dockerfile.")
	saysTime           = message.New("session.time", "RUN was stopped after %s")
	adviseTime         = message.New("session.less-time", "Does a loop never end? If not, let the command do less: there is no more time for one RUN here.")
	saysStepGone       = message.New("session.step-gone", "step %s is gone: the stack was built again")
	saysImageGone      = message.New("session.image-gone", "image %s is gone: it was built again")
	saysNoImage        = message.New("session.no-image", "the build failed: there is no image to change a byte of")
	saysNoMethod       = message.New("session.no-method", "the engine knows no method %s")
	saysNoFile         = message.New("session.no-file", "this is a %s")
	saysLink           = message.New("session.link", "this is a symlink to %s")
	saysNoLayer        = message.New("session.no-layer", "this step has no layer")
	saysBaseLayer      = message.New("session.base-layer", "layer %s of base image %s: %s")
	saysNotSent        = message.New("session.not-sent", "the content %s was not sent")
	saysLeft           = message.New("session.left", "the left image: %s")
	saysRight          = message.New("session.right", "the right image: %s")
	saysComparing      = message.New("session.comparing", "comparing files: %s")
	saysGivenUp        = message.New("session.given-up", "stopped")
	saysDigestOnly     = message.New("session.digest-only", "only the digest of this file is known")

	saysFailed          = message.New("session.failed", "%s: %s")
	saysNoShelf         = message.New("images.no-shelf", "images cannot be kept here")
	saysTransferBusy    = message.New("images.busy", "another image is on its way: wait for it or stop it")
	saysTransferStopped = message.New("images.stopped", "stopped; nothing of it was kept")
	adviseDeviates      = message.New("images.deviates", "The build went on as umoci and crane do, so its digests are none of BuildKit's. The settings take that back.")
	saysNotImported     = message.New("images.not-imported", "%s was not imported")
	saysNotPulled       = message.New("images.not-pulled", "%s was not pulled")
	saysNotFound        = message.New("images.not-found", "%s cannot be looked up")
	saysTooLarge        = message.New("images.too-large", "what the registry gives for %s has more than %s bytes")
	saysNoDigest        = message.New("images.no-digest", "the index names no digest: %s")
	saysUnreadable      = message.New("images.unreadable", "the kept image %s cannot be read, remove it and import it again: %s")
	saysNotKept         = message.New("images.not-kept", "no image %s is kept")
	saysBadName         = message.New("images.bad-name", "%s cannot be the name of an image: write NAME:TAG in lower case")
	saysNoSite          = message.New("images.no-site", "this page is a file and cannot pull: import an archive")
	saysNoPull          = message.New("images.no-pull", "this site does not pull images: import an archive")
	saysOffline         = message.New("images.offline", "the site cannot be reached: is there a network?")
	saysNoRoom          = message.New("images.no-room", "this browser has no room for it: remove other images, or free space")
	saysDropped         = message.New("images.dropped", "the browser has dropped this blob")
	saysNotGiven        = message.New("images.not-given", "the file was not handed over")
	saysStatus          = message.New("images.status", "the site answered with status %s")
	saysUnknownImage    = message.New("images.unknown", "there is no %s at %s, or it is private")
	saysRefused         = message.New("images.refused", "the site refused: %s")

	noteHidesNames = message.New("change.hides-names", "hides %s with %s")
	noteHides      = message.New("change.hides", "hides %s of layer %s")
	noteType       = message.New("change.type", "%s to %s")
	noteMode       = message.New("change.mode", "mode %s to %s")
	noteOwner      = message.New("change.owner", "owner %s to %s")
	noteTarget     = message.New("change.target", "target %s to %s")
	noteContent    = message.New("change.content", "content %s to %s")
	noteTimeOnly   = message.New("change.time-only", "mtime only: the same bytes again")
	noteSameBytes  = message.New("change.same-bytes", "the same bytes again")

	countBytes   = message.Plural("count.bytes", "%s byte", "%s bytes")
	countNames   = message.Plural("count.names", "%s name", "%s names")
	countSeconds = message.Plural("count.seconds", "%s second", "%s seconds")

	typeNames = map[string]message.Form{
		"file":    message.New("type.file", "file"),
		"dir":     message.New("type.dir", "dir"),
		"symlink": message.New("type.symlink", "symlink"),
		"char":    message.New("type.char", "char"),
		"block":   message.New("type.block", "block"),
		"fifo":    message.New("type.fifo", "fifo"),
		"socket":  message.New("type.socket", "socket"),
	}
)

func typeName(n *vfs.Node) message.Message { return typeNames[typeOf(n)].With() }

// series puts messages behind each other with commas.
func series(all []message.Message) message.Message {
	if len(all) == 1 {
		return all[0]
	}
	var parts []message.Message
	for i, m := range all {
		if i > 0 {
			parts = append(parts, message.Plain(", "))
		}
		parts = append(parts, m)
	}
	return message.Join(parts...)
}

// toPage is a message as it travels.
func toPage(m message.Message) wire.Message {
	out := wire.Message{Key: m.Key, Text: m.Text}
	for _, a := range m.Args {
		out.Args = append(out.Args, toPage(a))
	}
	return out
}

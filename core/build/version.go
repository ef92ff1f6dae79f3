package build

// BuildKit is the version whose builds are equalled byte for byte, and Frontend
// that of its Dockerfile frontend.
const (
	BuildKit = "v0.34.2"
	Frontend = "1.28.0"
)

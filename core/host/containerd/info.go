package containerd

// APIVersion is the newest version of the API that the daemon speaks.
const APIVersion = "1.56"

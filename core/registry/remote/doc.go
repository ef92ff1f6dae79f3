// Package remote is what a docker host reaches of registries, as a value: which
// address has which registry, which are mirrors of docker.io, what a name that
// nobody has gives for an error.
//
// A [Network] is immutable; several hosts that hold the same one share its
// registries. A pull looks for the endpoint that has an image as dockerd 20.10
// does ([Network.Pull]), a push gives another Network ([Network.Push],
// [Target.Network]), and curl's requests go through [Network.Do].
package remote

// Package link writes a workspace, and what is looked at in it, into the
// fragment of a URL, and reads it back.
//
// A fragment is a list of NAME=VALUE joined by "&", as in a query:
//
//	#step=3&tab=digests&w=1.eJw…
//
// w is the workspace: the number of the form, a dot, and the content. In form 1
// that is the workspace's text (see package workspace) as a zlib stream
// (RFC 1950) in base64url without padding (RFC 4648, section 5), so that any
// program can make a link. Its checksum tells a damaged link, its end a
// truncated one; w stands last, so that what cuts a link off cuts there. The
// other names are the View; they may stand alone, and those that are not known
// are ignored.
//
// A short link has the ID of a stored text in the place of w, which is no
// business of this package: #s=3f2a…&step=3.
//
// Forms are never given up: a link of every form is kept in testdata.
package link

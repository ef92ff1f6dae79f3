// Package tarheader takes the headers of a tar member apart, byte by byte: to
// which field every byte belongs, what the field says, and whether the
// checksum holds.
//
// It reads the ustar format and the extended headers of POSIX.1-2001 (pax), and
// the old GNU format with its long names, as far as layers have them.
package tarheader

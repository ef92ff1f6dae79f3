// Package today is what docker's client of Engine 29 does otherwise than that of
// 20.10: its help, its list of images, its builds through buildx.
package today

// Package unxz tells which xz streams cannot be read here.
package unxz

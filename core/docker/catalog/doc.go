// Package catalog describes the commands of docker's client of Engine 29: names,
// flags and help, as that client and its plugin buildx show them.
package catalog

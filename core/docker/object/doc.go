// Package object holds the commands of `docker volume` and `docker network`.
package object

// Package docs holds the pages of documentation and the pictures in them and in
// the README, which layerlab render draws:
//
//	go run ./core/cmd/layerlab render -o site/docs/core-sample.svg site/docs/core-sample.txtar
package docs

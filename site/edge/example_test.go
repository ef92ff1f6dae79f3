package edge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"layerlab.dev/site/edge"
)

func ExampleNew() {
	files, err := edge.Load(fstest.MapFS{
		"index.html":                 {Data: []byte("<!doctype html>")},
		"assets/engine.1f2e.wasm":    {Data: []byte("plain bytes")},
		"assets/engine.1f2e.wasm.br": {Data: []byte("brotli")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	site, err := edge.New(edge.Config{Assets: files})
	if err != nil {
		fmt.Println(err)
		return
	}
	request := httptest.NewRequest(http.MethodGet, "/assets/engine.1f2e.wasm", nil)
	request.Header.Set("Accept-Encoding", "gzip, br")
	answer := httptest.NewRecorder()
	site.ServeHTTP(answer, request)
	fmt.Println(answer.Header().Get("Content-Type"), answer.Header().Get("Content-Encoding"), answer.Body)
	// Output: application/wasm br brotli
}

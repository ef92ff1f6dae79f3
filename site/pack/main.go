// Command pack turns the built programs, scripts and styles of the page into
// the folder that is served: names that carry a hash of the content, compressed
// forms beside the plain ones, index.html that refers to them, and the service
// worker that keeps them offline. With --single it writes one HTML file instead
// that holds everything and needs no server.
//
// Usage:
//
//	pack --stage FOLDER --vugu FOLDER --page index.html --out FOLDER --cache FOLDER [--quality 1-11]
//	pack --stage FOLDER --vugu FOLDER --page index.html --single FILE
//
// The stage holds the files by their logical names; renderer.js is added to
// them out of Vugu's source. Compressed forms are kept
// in the cache by content, so that packing again compresses only what changed;
// a form kept from a higher quality is used for a lower one.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	var p packer
	flag.StringVar(&p.stage, "stage", "", "folder with the files by their logical names")
	flag.StringVar(&p.vugu, "vugu", "", "folder of the module github.com/vugu/vugu")
	flag.StringVar(&p.page, "page", "index.html", "the page that refers to them")
	flag.StringVar(&p.out, "out", "", "folder to write; what it held is replaced")
	flag.StringVar(&p.cache, "cache", "", "folder that keeps compressed forms between runs")
	flag.IntVar(&p.quality, "quality", 11, "quality of brotli, 1 (quick) to 11 (small)")
	flag.StringVar(&p.single, "single", "", "the one HTML file to write")
	flag.Parse()
	folders := p.out != "" && p.cache != ""
	if p.stage == "" || p.vugu == "" || folders == (p.single != "") || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	report, err := p.pack()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
	fmt.Print(report)
}

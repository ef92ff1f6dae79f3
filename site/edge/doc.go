// Package edge is the site as one http.Handler: the packed files of the page
// with their compressed forms, caching and security headers.
//
// The handler knows no listener, file system or vendor: a host gives it an
// fs.FS and serves what it answers, so the same site runs at home and at a
// content network's edge.
//
// The security policy allows no inline script, no inline style and no eval.
// What follows for the page: styles are set through the CSSOM
// (element.style.height = …), in style sheets or in constructed style sheets,
// never through style attributes or the text of <style> elements.
package edge

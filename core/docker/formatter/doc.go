// Package formatter prints docker's lists: tables, --format templates and raw
// forms, with docker 20.10's columns, widths and wording. Its types are called
// as docker's are where a template's error names them.
package formatter

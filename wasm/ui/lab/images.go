package lab

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"layerlab.dev/wasm/wire"
)

// Shelf is what the page knows of images from outside.
type Shelf struct {
	wire.Images
	Open     bool // its panel is shown
	passing  bool // and goes again when all went well: nobody opened it
	Transfer *wire.Transfer
	Offer    *wire.Offer
	Asking   string          // name of an image that is being looked up
	Pulls    map[string]bool // registries that the site pulls from
	Choice   []wire.Choice   // images of an archive, of which some may be taken
	Chosen   string          // the name of that archive
	Note     []wire.Message  // what is to be known of what came last
	Naming   string          // full name of the image that is being renamed
	Problem  string          // why the last thing failed
	told     bool            // the first list has come
}

// imageEvent takes an event about images; false where it is none.
func (l *Lab) imageEvent(event string, data json.RawMessage) (bool, error) {
	switch event {
	case wire.EventImages:
		var images wire.Images
		if err := json.Unmarshal(data, &images); err != nil {
			return true, fmt.Errorf("images: %w", err)
		}
		l.tookImages(images)
	case wire.EventTransfer:
		var t wire.Transfer
		if err := json.Unmarshal(data, &t); err != nil {
			return true, fmt.Errorf("transfer: %w", err)
		}
		if l.Shelf.Transfer != nil {
			l.Shelf.Transfer = &t
		}
	case wire.EventRegistries:
		var r wire.Registries
		if err := json.Unmarshal(data, &r); err != nil {
			return true, fmt.Errorf("registries: %w", err)
		}
		l.Shelf.Pulls = r.Open
	default:
		return false, nil
	}
	return true, nil
}

// tookImages takes over what is kept. The files are built again where the
// names have changed: a FROM may mean another image now.
func (l *Lab) tookImages(images wire.Images) {
	ids := func(list []wire.KeptImage) []string {
		var out []string
		for _, i := range list {
			out = append(out, i.Name+" "+i.ID)
		}
		return out
	}
	changed := l.Shelf.told && !slices.Equal(ids(l.Shelf.Images.Images), ids(images.Images))
	l.Shelf.Images, l.Shelf.told = images, true
	if changed {
		l.changed()
	}
}

// ShowImages opens or closes the panel of images.
func (l *Lab) ShowImages(open bool) {
	l.Shelf.Open, l.Shelf.Naming, l.Shelf.passing = open, "", false
	if open {
		l.host.Focus("images")
		if _, known := l.Shelf.Pulls[hub]; !known && l.Offline.Online {
			l.request(wire.MethodRegistry, wire.RegistryQuery{Name: hub}, nil, nil)
		}
	} else {
		l.Shelf.Offer, l.Shelf.Problem, l.Shelf.Note = nil, "", nil
		if l.Shelf.Choice != nil {
			l.TakeImages()
		}
	}
}

// CanPull tells whether the site pulls the image of a missing base now.
func (l *Lab) CanPull(m *wire.Missing) bool {
	return m != nil && l.Shelf.Pulls[m.Registry]
}

// Import takes an archive that the page has handed to the engine under a key.
func (l *Lab) Import(key, file string) { l.importArchive(key, file, func() {}) }

// ImportDropped does the same with one that was meant for the files, perhaps;
// asFile adds it there.
func (l *Lab) ImportDropped(key, file string, asFile func()) {
	l.importArchive(key, file, func() {
		l.Notice = &Notice{Text: l.W.TookImage(file), Action: l.W.AddAsFile, Do: asFile}
	})
}

func (l *Lab) importArchive(key, file string, done func()) {
	l.Shelf.Transfer, l.Shelf.Choice, l.Shelf.Chosen = &wire.Transfer{Name: file, Step: "reading"}, nil, file
	l.transfer(wire.MethodImport, wire.ImportQuery{Key: key, File: file}, done)
}

// TakeImages keeps those of the images on offer; without any the archive is put
// away.
func (l *Lab) TakeImages(which ...int) {
	l.Shelf.Choice = nil
	if len(which) == 0 {
		l.request(wire.MethodTake, wire.TakeQuery{Which: []int{}}, nil, func(json.RawMessage, string) {})
		return
	}
	l.Shelf.Transfer = &wire.Transfer{Name: l.Shelf.Chosen, Step: "layers"}
	l.transfer(wire.MethodTake, wire.TakeQuery{Which: which}, func() {})
}

// TakeAllImages keeps all images on offer.
func (l *Lab) TakeAllImages() {
	var all []int
	for n := range l.Shelf.Choice {
		all = append(all, n)
	}
	l.TakeImages(all...)
}

// LookUp asks what pulling an image would fetch.
func (l *Lab) LookUp(name string) {
	passing := !l.Shelf.Open
	l.ShowImages(true)
	l.Shelf.passing = passing
	l.Shelf.Asking, l.Shelf.Offer, l.Shelf.Problem = name, nil, ""
	l.request(wire.MethodLookUp, wire.ImageQuery{Name: name}, nil, func(result json.RawMessage, failure string) {
		if l.Shelf.Asking != name {
			return
		}
		l.Shelf.Asking = ""
		var o wire.Offer
		if failure == "" {
			if err := json.Unmarshal(result, &o); err != nil {
				failure = err.Error()
			}
		}
		if failure != "" {
			l.failedShelf(failure)
			return
		}
		l.Shelf.Offer = &o
		l.Say = l.W.SaysOffer(o.Name, l.Size(o.Fetch))
	})
}

// Refuse puts an offer away.
func (l *Lab) Refuse() {
	l.Shelf.Offer, l.Shelf.Asking = nil, ""
	if l.Shelf.passing {
		l.ShowImages(false)
	}
}

// Pull fetches what was offered.
func (l *Lab) Pull() {
	o := l.Shelf.Offer
	if o == nil || l.Shelf.Transfer != nil {
		return
	}
	l.Shelf.Offer = nil
	l.Shelf.Transfer = &wire.Transfer{Name: o.Name, Step: "layers", Layers: o.Layers, Total: o.Fetch}
	l.transfer(wire.MethodPull, wire.ImageQuery{Name: o.Name}, func() {})
}

// transfer asks for an image to be brought in; done is called once it is there.
func (l *Lab) transfer(method string, params any, done func()) {
	l.Shelf.passing = l.Shelf.passing || !l.Shelf.Open
	l.Shelf.Open, l.Shelf.Problem, l.Shelf.Note = true, "", nil
	l.request(method, params, nil, func(result json.RawMessage, failure string) {
		l.Shelf.Transfer = nil
		var got wire.Imported
		if failure == "" {
			if err := json.Unmarshal(result, &got); err != nil {
				failure = err.Error()
			}
		}
		if failure != "" {
			l.failedShelf(failure)
			return
		}
		if len(got.Choice) > 0 {
			l.Shelf.Choice = got.Choice
			l.Say = l.W.ChoiceOf(len(got.Choice), l.Shelf.Chosen)
			l.host.Focus("images")
			return
		}
		l.Say = l.W.SaysKept(strings.Join(got.Names, ", "))
		l.Shelf.Note = got.Notes
		for _, m := range got.Notes {
			l.Say += ". " + l.W.Say(m)
		}
		if l.Shelf.passing && len(got.Notes) == 0 {
			l.ShowImages(false)
		}
		done()
	})
}

func (l *Lab) failedShelf(failure string) {
	l.Shelf.Problem = failure
	l.Say = failure
}

// StopTransfer gives up the import or pull that is under way.
func (l *Lab) StopTransfer() {
	l.request(wire.MethodStopTransfer, nil, nil, func(json.RawMessage, string) {})
}

// ForgetImage drops a kept image.
func (l *Lab) ForgetImage(name string) {
	l.ask(wire.MethodForget, wire.ImageQuery{Name: name})
}

// NameImage begins to rename a kept image; "" ends it.
func (l *Lab) NameImage(name string) {
	if l.Shelf.Naming = name; name != "" {
		l.host.Focus("image-name")
	}
}

// EndImageName takes the name that was typed; an empty one changes nothing.
func (l *Lab) EndImageName(to string) {
	from := l.Shelf.Naming
	l.Shelf.Naming = ""
	if to = strings.TrimSpace(to); from != "" && to != "" {
		l.ask(wire.MethodRename, wire.RenameQuery{From: from, To: to})
	}
	l.host.Focus("images")
}

// ask sends a request whose only answer is that it failed.
func (l *Lab) ask(method string, params any) {
	l.Shelf.Problem = ""
	l.request(method, params, nil, func(_ json.RawMessage, failure string) {
		if failure != "" {
			l.failedShelf(failure)
		}
	})
}

// BaseRow is a base image that a FROM of the workspace names, or that is kept.
type BaseRow struct {
	Name string
	Kind string // as in wire.Base, or "kept" where no FROM names it
	Kept *wire.KeptImage
	// Pullable is the name of the real image of a stand-in that can be pulled.
	Pullable string
}

// Bases lists the base images: first those in use, in the order of the stages,
// then others that are kept.
func (l *Lab) Bases() []BaseRow {
	var rows []BaseRow
	used := map[string]bool{}
	if l.Built != nil {
		for _, img := range l.Built.Images {
			for _, st := range img.Stages {
				b := st.Base
				name := b.Name
				if b.Kind == "imported" {
					name = b.Kept
				}
				if b.Kind != "stand-in" && b.Kind != "imported" || used[name] {
					continue
				}
				used[name] = true
				if b.Kind == "imported" {
					if k := l.keptImage(name); k != nil {
						rows = append(rows, BaseRow{Name: k.Short, Kind: b.Kind, Kept: k})
					}
					continue
				}
				row := BaseRow{Name: b.Name, Kind: b.Kind}
				if l.Shelf.Pulls[hub] {
					row.Pullable = b.Name
				}
				rows = append(rows, row)
			}
		}
	}
	for i := range l.Shelf.Images.Images {
		if k := &l.Shelf.Images.Images[i]; !used[k.Name] {
			rows = append(rows, BaseRow{Name: k.Short, Kind: "kept", Kept: k})
		}
	}
	return rows
}

// hub is the registry of which all stand-ins are.
const hub = "docker.io"

// keptImage finds a kept image by its full name.
func (l *Lab) keptImage(name string) *wire.KeptImage {
	for i := range l.Shelf.Images.Images {
		if k := &l.Shelf.Images.Images[i]; k.Name == name {
			return k
		}
	}
	return nil
}

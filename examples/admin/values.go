package main

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/examples/admin/ent/product"
)

// field is one field of the form of a product.
type field struct {
	Name, Label, Kind, Hint string
	Options                 []string
}

// fields are those of the form, and inline those that the list edits.
var (
	fields = []field{
		{Name: "name", Label: "Name", Kind: "text"},
		{Name: "sku", Label: "SKU", Kind: "text", Hint: "The number on the shelf; each product has its own."},
		{Name: "price", Label: "Price", Kind: "price", Hint: "In euros, such as 12.50."},
		{Name: "stock", Label: "Stock", Kind: "number"},
		{Name: "status", Label: "Status", Kind: "select", Options: []string{"draft", "active", "archived"}},
		{Name: "notes", Label: "Notes", Kind: "textarea"},
	}
	inline = fields[2:5]
)

// values are the fields of a product as a form has them.
type values map[string]string

// valuesOf are the values of a stored product.
func valuesOf(p *ent.Product) values {
	return values{
		"name": p.Name, "sku": p.Sku, "price": fmt.Sprintf("%d.%02d", p.Price/100, p.Price%100),
		"stock": strconv.Itoa(p.Stock), "status": p.Status.String(), "notes": p.Notes,
	}
}

// posted are the values of a form, whose inputs are named prefix + field + suffix. Browsers send line breaks as CR LF.
func posted(form url.Values, of []field, prefix, suffix string) values {
	v := make(values)
	for _, f := range of {
		v[f.Name] = strings.ReplaceAll(form.Get(prefix+f.Name+suffix), "\r\n", "\n")
		if f.Kind != "textarea" {
			v[f.Name] = strings.TrimSpace(v[f.Name])
		}
	}
	return v
}

// changed reports whether v differs from base in any of the fields.
func (v values) changed(base values, of []field) bool {
	for _, f := range of {
		if v[f.Name] != base[f.Name] {
			return true
		}
	}
	return false
}

// apply sets what differs from base. It returns what is wrong with the values, by field.
func (v values) apply(m *ent.ProductMutation, base values, of []field) map[string]string {
	wrong := make(map[string]string)
	for _, f := range of {
		if base != nil && v[f.Name] == base[f.Name] {
			continue
		}
		if err := set(m, f.Name, v[f.Name]); err != nil {
			wrong[f.Name] = err.Error()
		}
	}
	return wrong
}

// set sets one field from its text.
func set(m *ent.ProductMutation, name, text string) error {
	switch name {
	case "name", "sku":
		limit := 120
		if name == "sku" {
			limit = 40
		}
		if text == "" || len(text) > limit {
			return fmt.Errorf("between 1 and %d characters", limit)
		}
		return m.SetField(name, text)
	case "price":
		cents, err := parsePrice(text)
		if err != nil {
			return err
		}
		m.SetPrice(cents)
	case "stock":
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 1_000_000 {
			return fmt.Errorf("a whole number from 0 to 1000000")
		}
		m.SetStock(n)
	case "status":
		if err := product.StatusValidator(statusOf(text)); err != nil {
			return fmt.Errorf("one of draft, active, archived")
		}
		m.SetStatus(statusOf(text))
	case "notes":
		m.SetNotes(text)
	}
	return nil
}

func statusOf(text string) product.Status { return product.Status(text) }

var priceText = regexp.MustCompile(`^([0-9]{1,7})(?:[.,]([0-9]{1,2}))?$`)

// parsePrice reads euros as cents.
func parsePrice(text string) (int, error) {
	m := priceText.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("a price such as 12.50")
	}
	euros, _ := strconv.Atoi(m[1])              // the expression holds digits only
	cents, _ := strconv.Atoi((m[2] + "00")[:2]) // as above
	return euros*100 + cents, nil
}

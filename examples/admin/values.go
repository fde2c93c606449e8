package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/examples/admin/ent/product"
	"github.com/entocc/entocc/occhttp"
)

// field is one field of the form of a product.
type field struct {
	Name, Label, Kind, Hint string
	Options                 []string
}

// fields are the fields of the form, and inline those that the list edits.
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

// valuesOf returns the texts of a stored product as the inputs of its form show them.
func valuesOf(p *ent.Product) occhttp.Values {
	return occhttp.Values{
		"name": oneLine(p.Name), "sku": oneLine(p.Sku), "price": fmt.Sprintf("%d.%02d", p.Price/100, p.Price%100),
		"stock": strconv.Itoa(p.Stock), "status": p.Status.String(), "notes": p.Notes,
	}
}

// oneLine returns a text as an input of one line shows it.
func oneLine(text string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(text))
}

// tidy returns the form with its texts as their inputs show them.
func tidy(form *occhttp.Form) *occhttp.Form {
	for _, f := range fields {
		if text, ok := form.Mine[f.Name]; ok && f.Kind != "textarea" {
			form.Mine[f.Name] = oneLine(text)
		}
	}
	return form
}

// typed reports whether the user changed any of the fields.
func typed(form *occhttp.Form, of []field) bool {
	for _, f := range of {
		if form.Has(f.Name) && form.Differs(f.Name) {
			return true
		}
	}
	return false
}

// apply sets what the user changed, and who did. It returns what is wrong with the values, by field.
func apply(m *ent.ProductMutation, form *occhttp.Form, of []field, user string) map[string]string {
	wrong := make(map[string]string)
	for _, f := range of {
		if !form.Differs(f.Name) {
			continue
		}
		if err := set(m, f.Name, form.Text(f.Name)); err != nil {
			wrong[f.Name] = err.Error()
		}
	}
	m.SetUpdatedBy(user)
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
		if len(text) > maxNotes {
			return fmt.Errorf("at most %d characters; these are %d", maxNotes, len(text))
		}
		m.SetNotes(text)
	}
	return nil
}

// maxNotes is far below maxForm: a text that is too long is reported, and shown again.
const maxNotes = 100_000

func statusOf(text string) product.Status { return product.Status(text) }

var priceText = regexp.MustCompile(`^([0-9]{1,7})(?:[.,]([0-9]{1,2}))?$`)

// parsePrice reads euros as cents.
func parsePrice(text string) (int, error) {
	m := priceText.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("a price such as 12.50")
	}
	euros, _ := strconv.Atoi(m[1])              // the expression allows digits only
	cents, _ := strconv.Atoi((m[2] + "00")[:2]) // as above
	return euros*100 + cents, nil
}

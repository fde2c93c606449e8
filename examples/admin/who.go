package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/entocc/entocc/examples/admin/ent"
)

// Nobody logs in here: /as/Ada says who uses this browser. A real application knows it from its sessions.
func (a *admin) as(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: "who", Value: url.QueryEscape(r.PathValue("name")), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// who returns the user of a request, or "".
func who(r *http.Request) string {
	cookie, err := r.Cookie("who")
	if err != nil {
		return ""
	}
	name, _ := url.QueryUnescape(cookie.Value)
	return name
}

// saver says who saved a product last, as the start of a sentence.
func saver(p *ent.Product, reader string) string {
	switch p.UpdatedBy {
	case "":
		return "Somebody else"
	case reader:
		return "You yourself, in another window,"
	}
	return p.UpdatedBy
}

// savedBy says who saved a product last, and when, to follow "by".
func savedBy(p *ent.Product) string {
	if p.UpdatedBy == "" {
		return "somebody else" + savedAt(p)
	}
	return p.UpdatedBy + savedAt(p)
}

// savedAt says when a product was saved last, with a space before it, or nothing.
func savedAt(p *ent.Product) string {
	if p.UpdatedAt == nil {
		return ""
	}
	at := p.UpdatedAt.UTC()
	if time.Since(at) < 24*time.Hour {
		return fmt.Sprintf(" at %s UTC", at.Format("15:04:05"))
	}
	return fmt.Sprintf(" on %s", at.Format("2 January 2006, 15:04 UTC"))
}

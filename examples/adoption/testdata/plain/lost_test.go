package main

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// Two agents see the same open ticket, and both take it: one of them works for nothing.
func TestLost_TwoAgentsTakeOneTicket(t *testing.T) {
	ctx, d := t.Context(), open(t)
	made := d.newTicket(t)
	ann, bob := d.client.Agent.Create().SetName("Ann").SaveX(ctx), d.client.Agent.Create().SetName("Bob").SaveX(ctx)
	seenByAnn, seenByBob := d.client.Ticket.GetX(ctx, made.ID), d.client.Ticket.GetX(ctx, made.ID)
	must(t, d.assign(ctx, seenByAnn, ann.ID))
	if err := d.assign(ctx, seenByBob, bob.ID); err == nil {
		t.Fatal("lost: both have taken the ticket")
	}
}

// Two people have the same form open: the second to save overwrites the first.
func TestLost_TwoPeopleEditOneTicket(t *testing.T) {
	d := open(t)
	path := "/tickets/" + strconv.Itoa(d.newTicket(t).ID)
	tag := d.send(t, http.MethodGet, path, "", "").Header().Get("ETag")
	if got := d.send(t, http.MethodPut, path, tag, `{"title":"It is broken","body":"by Ann"}`); got.Code != http.StatusOK {
		t.Fatal(got.Code, got.Body)
	}
	if got := d.send(t, http.MethodPut, path, tag, `{"title":"It is broken","body":"by Bob"}`); got.Code != http.StatusPreconditionFailed {
		t.Fatal("lost: what Ann wrote was overwritten, and Bob got", got.Code)
	}
}

func (d *desk) send(t *testing.T, method, path, tag, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if tag != "" {
		r.Header.Set("If-Match", tag)
	}
	w := httptest.NewRecorder()
	handler(d).ServeHTTP(w, r)
	return w
}

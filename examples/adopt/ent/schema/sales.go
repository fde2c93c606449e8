package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
)

// Employee sells, and reports to another employee.
type Employee struct{ versioned }

// Annotations of the Employee.
func (Employee) Annotations() []schema.Annotation { return table("Employee") }

// Fields of the Employee.
func (Employee) Fields() []ent.Field {
	return []ent.Field{
		id("EmployeeId"),
		text("last_name", "LastName", 20),
		text("first_name", "FirstName", 20),
		optionalText("title", "Title", 30),
		optionalNumber("reports_to", "ReportsTo"),
		optionalMoment("birth_date", "BirthDate"),
		optionalMoment("hire_date", "HireDate"),
		optionalText("address", "Address", 70),
		optionalText("city", "City", 40),
		optionalText("state", "State", 40),
		optionalText("country", "Country", 40),
		optionalText("postal_code", "PostalCode", 10),
		optionalText("phone", "Phone", 24),
		optionalText("fax", "Fax", 24),
		optionalText("email", "Email", 60),
	}
}

// Edges of the Employee.
func (Employee) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reports", Employee.Type).From("manager").Unique().Field("reports_to"),
		edge.To("customers", Customer.Type),
	}
}

// Customer buys.
type Customer struct{ versioned }

// Annotations of the Customer.
func (Customer) Annotations() []schema.Annotation { return table("Customer") }

// Fields of the Customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		id("CustomerId"),
		text("first_name", "FirstName", 40),
		text("last_name", "LastName", 20),
		optionalText("company", "Company", 80),
		optionalText("address", "Address", 70),
		optionalText("city", "City", 40),
		optionalText("state", "State", 40),
		optionalText("country", "Country", 40),
		optionalText("postal_code", "PostalCode", 10),
		optionalText("phone", "Phone", 24),
		optionalText("fax", "Fax", 24),
		text("email", "Email", 60),
		optionalNumber("support_rep_id", "SupportRepId"),
	}
}

// Edges of the Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("support_rep", Employee.Type).Ref("customers").Unique().Field("support_rep_id"),
		edge.To("invoices", Invoice.Type),
	}
}

// Invoice is one sale to a customer.
type Invoice struct{ versioned }

// Annotations of the Invoice.
func (Invoice) Annotations() []schema.Annotation { return table("Invoice") }

// Fields of the Invoice.
func (Invoice) Fields() []ent.Field {
	return []ent.Field{
		id("InvoiceId"),
		number("customer_id", "CustomerId"),
		moment("invoice_date", "InvoiceDate"),
		optionalText("billing_address", "BillingAddress", 70),
		optionalText("billing_city", "BillingCity", 40),
		optionalText("billing_state", "BillingState", 40),
		optionalText("billing_country", "BillingCountry", 40),
		optionalText("billing_postal_code", "BillingPostalCode", 10),
		money("total", "Total"),
	}
}

// Edges of the Invoice.
func (Invoice) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("customer", Customer.Type).Ref("invoices").Unique().Required().Field("customer_id"),
		edge.To("lines", InvoiceLine.Type),
	}
}

// InvoiceLine is one track of a sale.
type InvoiceLine struct{ versioned }

// Annotations of the InvoiceLine.
func (InvoiceLine) Annotations() []schema.Annotation { return table("InvoiceLine") }

// Fields of the InvoiceLine.
func (InvoiceLine) Fields() []ent.Field {
	return []ent.Field{
		id("InvoiceLineId"),
		number("invoice_id", "InvoiceId"),
		number("track_id", "TrackId"),
		money("unit_price", "UnitPrice"),
		number("quantity", "Quantity"),
	}
}

// Edges of the InvoiceLine.
func (InvoiceLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("invoice", Invoice.Type).Ref("lines").Unique().Required().Field("invoice_id"),
		edge.From("track", Track.Type).Ref("invoice_lines").Unique().Required().Field("track_id"),
	}
}

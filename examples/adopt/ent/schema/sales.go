package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Employee is who sells, and reports to another employee.
type Employee struct{ versioned }

// Annotations of the Employee.
func (Employee) Annotations() []schema.Annotation { return table("Employee") }

// Fields of the Employee.
func (Employee) Fields() []ent.Field {
	return []ent.Field{
		id("EmployeeId"),
		text("last_name", "LastName"),
		text("first_name", "FirstName"),
		optionalText("title", "Title"),
		optionalNumber("reports_to", "ReportsTo"),
		optionalMoment("birth_date", "BirthDate"),
		optionalMoment("hire_date", "HireDate"),
		optionalText("address", "Address"),
		optionalText("city", "City"),
		optionalText("state", "State"),
		optionalText("country", "Country"),
		optionalText("postal_code", "PostalCode"),
		optionalText("phone", "Phone"),
		optionalText("fax", "Fax"),
		optionalText("email", "Email"),
	}
}

// Edges of the Employee.
func (Employee) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reports", Employee.Type).From("manager").Unique().Field("reports_to"),
		edge.To("customers", Customer.Type),
	}
}

// Customer is who buys.
type Customer struct{ versioned }

// Annotations of the Customer.
func (Customer) Annotations() []schema.Annotation { return table("Customer") }

// Fields of the Customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		id("CustomerId"),
		text("first_name", "FirstName"),
		text("last_name", "LastName"),
		optionalText("company", "Company"),
		optionalText("address", "Address"),
		optionalText("city", "City"),
		optionalText("state", "State"),
		optionalText("country", "Country"),
		optionalText("postal_code", "PostalCode"),
		optionalText("phone", "Phone"),
		optionalText("fax", "Fax"),
		text("email", "Email"),
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
		field.Time("invoice_date").StorageKey("InvoiceDate"),
		optionalText("billing_address", "BillingAddress"),
		optionalText("billing_city", "BillingCity"),
		optionalText("billing_state", "BillingState"),
		optionalText("billing_country", "BillingCountry"),
		optionalText("billing_postal_code", "BillingPostalCode"),
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

package cli

import "github.com/entocc/entocc/vet"

// The parts of SARIF 2.1.0 (OASIS) that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		HelpURI          string    `json:"helpUri"`
		ShortDescription sarifText `json:"shortDescription"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine   int `json:"startLine"`
			StartColumn int `json:"startColumn"`
		} `json:"region"`
	}
)

// sarifOf returns the log of the findings, with paths relative to a folder.
func sarifOf(dir string, found []finding) sarifLog {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "entocc", InformationURI: "https://github.com/entocc/entocc"}
	for _, a := range vet.Analyzers() {
		short, _ := cutLine(a.Doc)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{a.Name, a.URL, sarifText{short}})
	}
	for _, f := range found {
		var at sarifLocation
		at.Physical.Artifact.URI = relative(dir, f.File)
		at.Physical.Region.StartLine, at.Physical.Region.StartColumn = f.Line, f.Column
		run.Results = append(run.Results, sarifResult{f.Analyzer, "warning", sarifText{f.Message}, []sarifLocation{at}})
	}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

package skill

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

var errDocuments = errors.New("it holds more than one document")

// yamlNode reads one YAML document. Its aliases are not followed.
func yamlNode(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("it holds no list of skills")
		}
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errDocuments
	}
	return document.Content[0], nil
}

// jsonNode reads one JSON value as the same nodes, so that its faults have
// lines, too. YAML's own reader refuses some of what JSON allows.
func jsonNode(data []byte) (*yaml.Node, error) {
	p := &jsonParser{data: data, line: 1}
	// The decoder owns its buffer; duplicates are for the reader to name.
	p.dec = jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	node, err := p.value()
	if err == nil {
		if _, err = p.dec.ReadToken(); errors.Is(err, io.EOF) {
			return node, nil
		}
		if err == nil {
			err = errDocuments
		}
	}
	p.count()
	return nil, fmt.Errorf("line %d: %w", p.line, err)
}

type jsonParser struct {
	data    []byte
	dec     *jsontext.Decoder
	counted int // bytes whose lines are counted
	line    int
}

// count brings line up to where the decoder is.
func (p *jsonParser) count() {
	end := int(p.dec.InputOffset())
	p.line += bytes.Count(p.data[p.counted:end], []byte("\n"))
	p.counted = end
}

var jsonTags = map[jsontext.Kind]string{'n': "!!null", 't': "!!bool", 'f': "!!bool", '"': "!!str", '0': "!!float"}

func (p *jsonParser) value() (*yaml.Node, error) {
	token, err := p.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	p.count()
	switch kind := token.Kind(); kind {
	case '{', '[':
		node := &yaml.Node{Kind: yaml.MappingNode, Line: p.line}
		if kind == '[' {
			node.Kind = yaml.SequenceNode
		}
		for next := p.dec.PeekKind(); next != '}' && next != ']'; next = p.dec.PeekKind() {
			child, err := p.value()
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
		_, err := p.dec.ReadToken()
		return node, err
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: jsonTags[kind], Value: token.String(), Line: p.line}, nil
	}
}

package settings

import (
	"strings"

	"github.com/kelseyhightower/envconfig"
)

// leaf is what every setting is: it decodes itself, and keeps its value if the
// text does not follow its rule. The error is a [invalid].
type leaf = envconfig.Decoder

// invalid says what is wrong with a text. It never repeats a secret.
type invalid string

func (i invalid) Error() string { return string(i) }

// assign sets *to, unless there is a problem.
func assign[T any](to *T, value T, wrong string) error {
	if wrong != "" {
		return invalid(wrong)
	}
	*to = value
	return nil
}

// fileLeaf is a leaf whose value may stand in a file that NAME_FILE names.
type fileLeaf interface{ mayBeInFile() }

func (Secret) mayBeInFile() {}
func (Pins) mayBeInFile()   {}

// A stack that makes its registrar hands the name on in a file.
func (DIDName) mayBeInFile() {}

// choice is a leaf with few values.
type choice interface{ words() []string }

// choose sets *to to the word that text is, in whichever case.
func choose[T interface {
	~string
	choice
}](to *T, text string) error {
	for _, word := range (*to).words() {
		if strings.EqualFold(text, word) {
			*to = T(word)
			return nil
		}
	}
	return noChoice(text, (*to).words())
}

func noChoice(text string, words []string) error {
	return invalid("must be one of " + strings.Join(words, ", ") + didYouMean(text, words))
}

// wordsOf makes a list of words of constants.
func wordsOf[T ~string](constants ...T) []string {
	words := make([]string, len(constants))
	for i, c := range constants {
		words[i] = string(c)
	}
	return words
}

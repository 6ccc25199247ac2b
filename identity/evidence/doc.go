// Package evidence keeps what two agents said to each other with its signatures, so that
// anybody can check it later, without a network and without trusting who kept it.
//
// A [Record] holds requests as they were sent and answers as they came. [Record.Verify]
// says what they prove: the caller signed each request, and the agent signed each answer
// and to which request it belongs. It holds no token and no certificate; what was said is
// in it in full.
package evidence

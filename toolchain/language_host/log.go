package main

import (
	"context"
	"io"
	"math/rand"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// engineLog are two streams whose text the engine shows for a while, as progress and as problems.
func (h *host) engineLog(ctx context.Context) (progress, problems io.Writer, closeLog func(), err error) {
	engine, connection, err := h.client()
	if err != nil {
		return nil, nil, nil, err
	}
	stream := rand.Int31() //nolint:gosec // tells streams apart, guards nothing
	to := func(severity pulumirpc.LogSeverity) io.Writer {
		return logStream{ctx: ctx, engine: engine, stream: stream, severity: severity}
	}
	return to(pulumirpc.LogSeverity_INFO), to(pulumirpc.LogSeverity_ERROR), func() { _ = connection.Close() }, nil
}

type logStream struct {
	ctx      context.Context
	engine   pulumirpc.EngineClient
	stream   int32
	severity pulumirpc.LogSeverity
}

func (l logStream) Write(text []byte) (int, error) {
	_, err := l.engine.Log(l.ctx, &pulumirpc.LogRequest{
		Severity:  l.severity,
		Message:   strings.ToValidUTF8(string(text), "\uFFFD"),
		StreamId:  l.stream,
		Ephemeral: true,
	})
	if err != nil {
		return 0, err
	}
	return len(text), nil
}

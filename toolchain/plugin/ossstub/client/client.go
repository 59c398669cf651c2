// Package client stands in for Alibaba's OSS request signer, whose module cannot be downloaded.
//
// The provider imports it only for OSS buckets, which this project never touches.
package client

import (
	"errors"

	spi "github.com/alibabacloud-go/alibabacloud-gateway-spi/client"
)

// NewClient reports that OSS is not part of this build.
func NewClient() (spi.ClientInterface, error) {
	return nil, errors.New("OSS is not in this build of the alicloud plugin; use the official plugin for OSS resources")
}

// Package occgrpc passes the version of a row through a gRPC or Connect API and back into the guard of a write: as the etag
// of Google's AIP-154, with the update mask of AIP-134. It turns conflicts into statuses that clients in any language can
// read.
//
//	func (s *server) UpdateUser(ctx context.Context, r *userpb.UpdateUserRequest) (*userpb.User, error) {
//		mask, err := occgrpc.NewMask(r.User, r.UpdateMask, occgrpc.OutputOnly("create_time"))
//		if err != nil {
//			return nil, err // INVALID_ARGUMENT
//		}
//		update := s.client.User.UpdateOneID(id).IfMatch(occgrpc.Expect(r.User.Etag)) // compared by the UPDATE itself
//		if mask.Has("email") {
//			update.SetEmail(r.User.Email)
//		}
//		u, err := update.Save(ctx)
//		if err != nil {
//			return nil, err // ABORTED, NOT_FOUND, INVALID_ARGUMENT
//		}
//		return toProto(u)
//	}
//
// An interceptor makes the statuses: package grpcocc has one for grpc-go, package connectocc one for connect-go. [StatusOf]
// lists them. Each is its own package, so that a server links the one that it uses.
package occgrpc

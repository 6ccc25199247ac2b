package sqlrows

import "database/sql"

// Statements are what the rows are read and written with. Every one that reads or changes
// tasks names the owner, or a number that one which names the owner has found in the
// same transaction; the exceptions are of administrators, recovery and retention and
// have "any" in their names.
type Statements struct {
	// For transactions that write.
	ByMessage, TaskForUpdate, InsertTask, ContinueTask,
	ChargeOwner, Charge, Transition, TaskForFeedback, AddBytes,
	ContextSize, ContextBatch, DeleteTask, InsertFeedback, HeadForUpdate,
	InsertEvent, InsertChunk, Advance, Tell, RunChunks, DropStates, DropChunks, Hold, Release, AnyLost, AnyLostNotTaken, TakeTask, ChunkBytes, ForgetLeases,
	AnyAtRest, OldestEnded, ForgetOwner, InsertProbe, DeleteProbe,
	CountPushes, PutPush, ArmPushes, DeletePush, OwnedPushes, FreePushes, DeletePushes, TakePush, SettlePush *sql.Stmt
	// For those that read.
	Head, Events, Chunks, AnyLeaseOver, Pushes, DuePushes, AnyDuePushes, AnyArmedPushes,
	Task, History, Artifacts, List, Count, Contexts, ContextTasks, AnyTaskOwners, AnyContextOwners *sql.Stmt
	// LockOwner has an owner's row for the transaction, and LockNewOwner makes it if there
	// is none; LockPushed has the task of a webhook, LockPushing those of an owner that have
	// any. IsLost reports of a locked task whether its run is lost still. All are nil where
	// nobody else writes meanwhile.
	LockOwner, LockNewOwner, LockPushed, LockPushing, IsLost *sql.Stmt
}

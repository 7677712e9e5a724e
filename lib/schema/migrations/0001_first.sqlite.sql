-- The whole schema of the first release. Names follow spec 3 where a table serves; times are unix
-- milliseconds, ids that clients choose use all 64 bits as a signed value.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    github_login TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL UNIQUE,
    admin BOOLEAN NOT NULL DEFAULT FALSE,
    email_address TEXT,
    name TEXT,
    github_user_id BIGINT UNIQUE,
    github_user_created_at BIGINT,
    connected_once BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    metrics_id TEXT NOT NULL,
    accepted_tos_at BIGINT
);
CREATE INDEX index_users_on_email_address ON users (email_address);

-- Where a person is known elsewhere; GitHub is one of several, and none is needed.
CREATE TABLE user_identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (provider, subject)
);
CREATE INDEX index_user_identities_on_user_id ON user_identities (user_id);

CREATE TABLE access_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    impersonated_user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX index_access_tokens_on_user_id ON access_tokens (user_id);

CREATE TABLE feature_flags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    flag TEXT NOT NULL UNIQUE,
    enabled_for_all BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE TABLE user_features (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    feature_id BIGINT NOT NULL REFERENCES feature_flags (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, feature_id)
);

CREATE TABLE contributors (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    signed_at BIGINT NOT NULL DEFAULT 0
);

-- One row per pair, the smaller id first; a_to_b tells who asked.
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id_a BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_id_b BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    a_to_b BOOLEAN NOT NULL,
    should_notify BOOLEAN NOT NULL,
    accepted BOOLEAN NOT NULL,
    UNIQUE (user_id_a, user_id_b)
);
CREATE INDEX index_contacts_on_user_id_b ON contacts (user_id_b);

CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    entity_id BIGINT,
    content TEXT NOT NULL,
    is_read BOOLEAN NOT NULL DEFAULT FALSE,
    response BOOLEAN
);
CREATE INDEX index_notifications_on_recipient ON notifications (recipient_id, is_read, kind, entity_id);

-- One row per server process; its id is the server half of every connection id.
CREATE TABLE servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- One row per server process: the number of its last committed batch.
CREATE TABLE commit_seq (
    server_id BIGINT PRIMARY KEY REFERENCES servers (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL
);

CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL DEFAULT 'members',
    parent_path TEXT NOT NULL DEFAULT '',
    requires_zed_cla BOOLEAN NOT NULL DEFAULT FALSE,
    channel_order BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX index_channels_on_parent_path_and_name ON channels (parent_path, name)
    WHERE parent_path <> '';

CREATE TABLE channel_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    accepted BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (channel_id, user_id)
);
CREATE INDEX index_channel_members_on_user_id ON channel_members (user_id);

CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    live_kit_room TEXT NOT NULL,
    channel_id BIGINT UNIQUE REFERENCES channels (id) ON DELETE CASCADE
);

-- A user is in one room or has one pending call. answering_* are null while it rings.
CREATE TABLE room_participants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL UNIQUE REFERENCES users (id),
    answering_connection_id BIGINT,
    answering_connection_server_id BIGINT REFERENCES servers (id) ON DELETE CASCADE,
    answering_connection_lost BOOLEAN NOT NULL DEFAULT FALSE,
    calling_user_id BIGINT NOT NULL REFERENCES users (id),
    calling_connection_id BIGINT NOT NULL,
    calling_connection_server_id BIGINT REFERENCES servers (id) ON DELETE SET NULL,
    location_kind BIGINT,
    location_project_id BIGINT,
    initial_project_id BIGINT,
    participant_index BIGINT,
    role TEXT NOT NULL,
    UNIQUE (answering_connection_server_id, answering_connection_id)
);
CREATE INDEX index_room_participants_on_room_id ON room_participants (room_id);
CREATE INDEX index_room_participants_on_calling_user_id ON room_participants (calling_user_id);

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT REFERENCES rooms (id) ON DELETE CASCADE,
    host_user_id BIGINT REFERENCES users (id),
    host_connection_id BIGINT,
    host_connection_server_id BIGINT REFERENCES servers (id) ON DELETE CASCADE,
    features TEXT NOT NULL DEFAULT '',
    windows_paths BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX index_projects_on_room_id ON projects (room_id);
CREATE INDEX index_projects_on_host ON projects (host_connection_server_id, host_connection_id);

-- metadata is the WorktreeMetadata as the host sent it last, unknown fields included.
CREATE TABLE worktrees (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    id BIGINT NOT NULL,
    root_name TEXT NOT NULL,
    visible BOOLEAN NOT NULL,
    metadata BLOB NOT NULL,
    PRIMARY KEY (project_id, id)
);

CREATE TABLE project_collaborators (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    connection_id BIGINT NOT NULL,
    connection_server_id BIGINT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id),
    replica_id BIGINT NOT NULL,
    is_host BOOLEAN NOT NULL,
    committer_name TEXT,
    committer_email TEXT,
    UNIQUE (project_id, replica_id),
    UNIQUE (project_id, connection_server_id, connection_id)
);
CREATE INDEX index_project_collaborators_on_connection
    ON project_collaborators (connection_server_id, connection_id);

-- What the host streamed, message by message and still compressed, after the snapshot.
CREATE TABLE project_journal (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    tag BIGINT NOT NULL,
    frame BLOB NOT NULL,
    PRIMARY KEY (project_id, seq)
);
CREATE TABLE project_snapshots (
    project_id BIGINT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    through_seq BIGINT NOT NULL,
    state BLOB NOT NULL
);

CREATE TABLE followers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    leader_connection_server_id BIGINT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    leader_connection_id BIGINT NOT NULL,
    follower_connection_server_id BIGINT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    follower_connection_id BIGINT NOT NULL,
    UNIQUE (project_id, leader_connection_server_id, leader_connection_id,
            follower_connection_server_id, follower_connection_id)
);
CREATE INDEX index_followers_on_room_id ON followers (room_id);

-- stamp changes with every change of the operations or the epoch and never comes back.
CREATE TABLE buffers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id BIGINT NOT NULL UNIQUE REFERENCES channels (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL DEFAULT 0,
    latest_operation_epoch BIGINT,
    latest_operation_lamport_timestamp BIGINT,
    latest_operation_replica_id BIGINT,
    stamp BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE buffer_operations (
    buffer_id BIGINT NOT NULL REFERENCES buffers (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    lamport_timestamp BIGINT NOT NULL,
    replica_id BIGINT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (buffer_id, epoch, lamport_timestamp, replica_id)
);
CREATE TABLE buffer_snapshots (
    buffer_id BIGINT NOT NULL REFERENCES buffers (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    text TEXT NOT NULL,
    operation_serialization_version BIGINT NOT NULL,
    PRIMARY KEY (buffer_id, epoch)
);
CREATE TABLE channel_buffer_collaborators (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    connection_id BIGINT NOT NULL,
    connection_server_id BIGINT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    connection_lost BOOLEAN NOT NULL DEFAULT FALSE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    replica_id BIGINT NOT NULL,
    UNIQUE (channel_id, replica_id),
    UNIQUE (channel_id, connection_server_id, connection_id)
);
CREATE INDEX index_channel_buffer_collaborators_on_connection
    ON channel_buffer_collaborators (connection_server_id, connection_id);
CREATE TABLE observed_buffer_edits (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    buffer_id BIGINT NOT NULL REFERENCES buffers (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    lamport_timestamp BIGINT NOT NULL,
    replica_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, buffer_id)
);

CREATE TABLE channel_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    sender_id BIGINT NOT NULL REFERENCES users (id),
    body TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    edited_at BIGINT,
    nonce_upper BIGINT NOT NULL,
    nonce_lower BIGINT NOT NULL,
    reply_to_message_id BIGINT,
    UNIQUE (sender_id, nonce_upper, nonce_lower)
);
CREATE INDEX index_channel_messages_on_channel_id ON channel_messages (channel_id, id);
CREATE TABLE channel_message_mentions (
    message_id BIGINT NOT NULL REFERENCES channel_messages (id) ON DELETE CASCADE,
    start_offset BIGINT NOT NULL,
    end_offset BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (message_id, start_offset)
);
CREATE TABLE channel_chat_participants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    connection_id BIGINT NOT NULL,
    connection_server_id BIGINT NOT NULL REFERENCES servers (id) ON DELETE CASCADE
);
CREATE INDEX index_channel_chat_participants_on_channel_id ON channel_chat_participants (channel_id);
CREATE INDEX index_channel_chat_participants_on_connection
    ON channel_chat_participants (connection_server_id, connection_id);
CREATE TABLE observed_channel_messages (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    channel_id BIGINT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    channel_message_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, channel_id)
);

CREATE TABLE shared_threads (
    id TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    data BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX index_shared_threads_on_user_id ON shared_threads (user_id);

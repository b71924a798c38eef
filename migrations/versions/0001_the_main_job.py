"""Tables of the main job: registry, drafting, review, delivery, weekly target, audit.

The first migration; there is nothing older to stay compatible with.
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('region_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__audit_entry')),
    sa.UniqueConstraint('hash', name=op.f('uq__audit_entry__hash')),
    sa.UniqueConstraint('previous_hash', name=op.f('uq__audit_entry__previous_hash'))
    )
    op.create_index(op.f('ix__audit_entry__region_id'), 'audit_entry', ['region_id'], unique=False)
    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk__heartbeat'))
    )
    op.create_table('region',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=13), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('provinsi', 'kabupaten', 'kota', name='region_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('zone', sa.String(length=40), nullable=False),
    sa.Column('is_example', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__region')),
    sa.UniqueConstraint('code', name=op.f('uq__region__code'))
    )
    op.create_table('office',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('abbreviation', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('sekretariat', 'inspektorat', 'dinas', 'badan', 'satuan', 'rsud', 'kecamatan', 'kelurahan', 'desa', name='office_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('successor_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to', name=op.f('ck__office__ends_after_it_starts')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk__office__region_id')),
    sa.ForeignKeyConstraint(['successor_id'], ['office.id'], name=op.f('fk__office__successor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__office'))
    )
    op.create_index(op.f('ix__office__region_id'), 'office', ['region_id'], unique=False)
    op.create_index('uq__office__abbreviation_now', 'office', ['region_id', 'abbreviation'], unique=True, sqlite_where=sa.text('valid_to IS NULL'), postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.Text(), nullable=False),
    sa.Column('role', sa.Enum('drafter', 'head', 'reviewer', 'leader', 'operator', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(role IN ('drafter', 'head')) = (office_id IS NOT NULL)", name=op.f('ck__user__office_if_its_role')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk__user__office_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk__user__region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__user')),
    sa.UniqueConstraint('email', name=op.f('uq__user__email'))
    )
    op.create_index(op.f('ix__user__office_id'), 'user', ['office_id'], unique=False)
    op.create_index(op.f('ix__user__region_id'), 'user', ['region_id'], unique=False)
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('platform', sa.String(length=32), nullable=False),
    sa.Column('driver', sa.String(length=32), nullable=False),
    sa.Column('handle', sa.Text(), nullable=False),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('remote_id', sa.Text(), nullable=True),
    sa.Column('standing', sa.Enum('utama', 'ganda', 'lama', 'tiruan', name='standing', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('active', 'paused', 'reconnect', name='account_status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('paused_reason', sa.Text(), nullable=False),
    sa.Column('paused_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_hand', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('credentials', sa.Text(), nullable=True),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('connected_by_id', sa.Integer(), nullable=True),
    sa.Column('scopes', sa.Text(), server_default='', nullable=False),
    sa.Column('token_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('renew_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('renewing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('renewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('keeper_id', sa.Integer(), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_post_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_allowed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("status = 'active' OR paused_reason <> ''", name=op.f('ck__account__reason_if_not_active')),
    sa.CheckConstraint("status = 'reconnect' OR credentials IS NOT NULL OR by_hand", name=op.f('ck__account__connected_if_usable')),
    sa.ForeignKeyConstraint(['connected_by_id'], ['user.id'], name=op.f('fk__account__connected_by_id')),
    sa.ForeignKeyConstraint(['keeper_id'], ['user.id'], name=op.f('fk__account__keeper_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk__account__office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__account'))
    )
    op.create_index(op.f('ix__account__office_id'), 'account', ['office_id'], unique=False)
    op.create_index('ix__account__renew', 'account', ['renew_at'], unique=False, sqlite_where=sa.text('renew_at IS NOT NULL'), postgresql_where=sa.text('renew_at IS NOT NULL'))
    op.create_index('ix__account__paused', 'account', ['paused_until'], unique=False, sqlite_where=sa.text("status = 'paused'"), postgresql_where=sa.text("status = 'paused'"))
    op.create_index('uq__account__platform_handle_now', 'account', ['platform', 'handle'], unique=True, sqlite_where=sa.text("retired_at IS NULL AND handle <> ''"), postgresql_where=sa.text("retired_at IS NULL AND handle <> ''"))
    op.create_index('uq__account__platform_remote_id_now', 'account', ['platform', 'remote_id'], unique=True, sqlite_where=sa.text('retired_at IS NULL AND remote_id IS NOT NULL'), postgresql_where=sa.text('retired_at IS NULL AND remote_id IS NOT NULL'))
    op.create_table('media',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('mime', sa.String(length=32), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk__media__office_id')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk__media__uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__media')),
    sa.UniqueConstraint('office_id', 'digest', name=op.f('uq__media__office_id_digest'))
    )
    op.create_index(op.f('ix__media__digest'), 'media', ['digest'], unique=False)
    op.create_index(op.f('ix__media__office_id'), 'media', ['office_id'], unique=False)
    op.create_table('post',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'in_review', 'changes_requested', 'approved', 'rejected', 'withdrawn', name='post_status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('layanan', 'kegiatan', 'program', 'tanggapan_aduan', 'audiensi', 'siaran_langsung', 'ucapan', name='post_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('language', sa.Enum('id', 'jv', 'su', 'other', name='language', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('when', sa.Text(), nullable=False),
    sa.Column('where', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('how', sa.Text(), nullable=False),
    sa.Column('benefit', sa.Text(), nullable=False),
    sa.Column('caption', sa.Text(), nullable=False),
    sa.Column('hashtags', sa.Text(), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('drafted_by_id', sa.Integer(), nullable=False),
    sa.Column('edited_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_digest', sa.String(length=64), nullable=True),
    sa.Column('copied_from_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(status = 'approved') = (approved_by_id IS NOT NULL)", name=op.f('ck__post__approver_if_approved')),
    sa.CheckConstraint("(status = 'approved') = (approved_digest IS NOT NULL)", name=op.f('ck__post__digest_if_approved')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['user.id'], name=op.f('fk__post__approved_by_id')),
    sa.ForeignKeyConstraint(['copied_from_id'], ['post.id'], name=op.f('fk__post__copied_from_id')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['user.id'], name=op.f('fk__post__drafted_by_id')),
    sa.ForeignKeyConstraint(['edited_by_id'], ['user.id'], name=op.f('fk__post__edited_by_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk__post__office_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__post'))
    )
    op.create_index('ix__post__office_status', 'post', ['office_id', 'status', 'planned_at'], unique=False)
    op.create_table('quota_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('minimum', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minimum >= 0', name=op.f('ck__quota_rule__not_negative')),
    sa.CheckConstraint('valid_to IS NULL OR valid_from <= valid_to', name=op.f('ck__quota_rule__ends_after_it_starts')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk__quota_rule__office_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk__quota_rule__region_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['user.id'], name=op.f('fk__quota_rule__set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__quota_rule'))
    )
    op.create_index('ix__quota_rule__scope', 'quota_rule', ['region_id', 'office_id', 'valid_from'], unique=False)
    op.create_table('user_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('browser', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk__user_session__user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__user_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq__user_session__token_hash'))
    )
    op.create_index(op.f('ix__user_session__user_id'), 'user_session', ['user_id'], unique=False)
    op.create_table('delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('pending', 'claimed', 'sending', 'handed_over', 'published', 'unknown', 'failed', 'missed', 'cancelled', name='delivery_status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('content_digest', sa.String(length=64), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('publish_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_owner', sa.String(length=120), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lookups', sa.Integer(), nullable=False),
    sa.Column('resumed', sa.Integer(), nullable=False),
    sa.Column('prepared', sa.JSON(), nullable=True),
    sa.Column('sending_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remote_id', sa.Text(), nullable=True),
    sa.Column('permalink', sa.Text(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('proved_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status = 'published' OR permalink IS NULL", name=op.f('ck__delivery__permalink_only_if_published')),
    sa.CheckConstraint("status <> 'published' OR permalink IS NOT NULL OR proved_by_id IS NOT NULL", name=op.f('ck__delivery__proof_if_published')),
    sa.CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name=op.f('ck__delivery__time_if_published')),
    sa.CheckConstraint("(status IN ('claimed', 'sending')) = (lease_until IS NOT NULL)", name=op.f('ck__delivery__lease_if_held')),
    sa.CheckConstraint("status NOT IN ('unknown', 'failed', 'missed', 'cancelled') OR reason <> ''", name=op.f('ck__delivery__reason_if_not_out')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk__delivery__account_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk__delivery__office_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk__delivery__post_id')),
    sa.ForeignKeyConstraint(['proved_by_id'], ['user.id'], name=op.f('fk__delivery__proved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__delivery'))
    )
    op.create_index('ix__delivery__account_due', 'delivery', ['account_id', 'due_at', 'id'], unique=False, sqlite_where=sa.text("status = 'pending'"), postgresql_where=sa.text("status = 'pending'"))
    op.create_index('ix__delivery__due', 'delivery', ['next_at', 'id'], unique=False, sqlite_where=sa.text("status = 'pending'"), postgresql_where=sa.text("status = 'pending'"))
    op.create_index('ix__delivery__handed_over', 'delivery', ['publish_by'], unique=False, sqlite_where=sa.text("status = 'handed_over'"), postgresql_where=sa.text("status = 'handed_over'"))
    op.create_index('ix__delivery__lease', 'delivery', ['lease_until'], unique=False, sqlite_where=sa.text("status IN ('claimed', 'sending')"), postgresql_where=sa.text("status IN ('claimed', 'sending')"))
    op.create_index('ix__delivery__lookup', 'delivery', ['next_at'], unique=False, sqlite_where=sa.text("status = 'unknown'"), postgresql_where=sa.text("status = 'unknown'"))
    op.create_index('ix__delivery__office_published', 'delivery', ['office_id', 'published_at', 'post_id'], unique=False, sqlite_where=sa.text("status = 'published'"), postgresql_where=sa.text("status = 'published'"))
    op.create_index('ix__delivery__office_status', 'delivery', ['office_id', 'status', 'due_at'], unique=False)
    op.create_index('uq__delivery__account_in_flight', 'delivery', ['account_id'], unique=True, sqlite_where=sa.text("status IN ('claimed', 'sending', 'unknown')"), postgresql_where=sa.text("status IN ('claimed', 'sending', 'unknown')"))
    op.create_index('uq__delivery__post_account', 'delivery', ['post_id', 'account_id'], unique=True, sqlite_where=sa.text("status <> 'cancelled'"), postgresql_where=sa.text("status <> 'cancelled'"))
    op.create_table('proof',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'returned', 'verified', name='proof_status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('link', sa.Text(), nullable=False),
    sa.Column('screenshot_id', sa.Integer(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by_id', sa.Integer(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("link <> '' OR screenshot_id IS NOT NULL", name=op.f('ck__proof__shows_something')),
    sa.CheckConstraint("(status = 'waiting') = (decided_by_id IS NULL)", name=op.f('ck__proof__decider_if_decided')),
    sa.CheckConstraint('decided_by_id <> filed_by_id', name=op.f('ck__proof__four_eyes')),
    sa.CheckConstraint("status <> 'returned' OR reason <> ''", name=op.f('ck__proof__reason_if_returned')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk__proof__decided_by_id')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk__proof__delivery_id')),
    sa.ForeignKeyConstraint(['filed_by_id'], ['user.id'], name=op.f('fk__proof__filed_by_id')),
    sa.ForeignKeyConstraint(['screenshot_id'], ['media.id'], name=op.f('fk__proof__screenshot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__proof'))
    )
    op.create_index(op.f('ix__proof__delivery_id'), 'proof', ['delivery_id'], unique=False)
    op.create_index('ix__proof__waiting', 'proof', ['id'], unique=False, sqlite_where=sa.text("status = 'waiting'"), postgresql_where=sa.text("status = 'waiting'"))
    op.create_index('uq__proof__delivery_standing', 'proof', ['delivery_id'], unique=True, sqlite_where=sa.text("status IN ('waiting', 'verified')"), postgresql_where=sa.text("status IN ('waiting', 'verified')"))
    op.create_table('post_account',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk__post_account__account_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk__post_account__post_id')),
    sa.PrimaryKeyConstraint('post_id', 'account_id', name=op.f('pk__post_account'))
    )
    op.create_index(op.f('ix__post_account__account_id'), 'post_account', ['account_id'], unique=False)
    op.create_table('post_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=32), nullable=False),
    sa.Column('before', sa.Enum('draft', 'in_review', 'changes_requested', 'approved', 'rejected', 'withdrawn', name='post_status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('after', sa.Enum('draft', 'in_review', 'changes_requested', 'approved', 'rejected', 'withdrawn', name='post_status_after', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk__post_event__actor_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk__post_event__post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__post_event'))
    )
    op.create_index(op.f('ix__post_event__post_id'), 'post_event', ['post_id'], unique=False)
    op.create_table('post_picture',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('alt_text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk__post_picture__media_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk__post_picture__post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__post_picture'))
    )
    op.create_index(op.f('ix__post_picture__media_id'), 'post_picture', ['media_id'], unique=False)
    op.create_index(op.f('ix__post_picture__post_id'), 'post_picture', ['post_id'], unique=False)
    op.create_table('post_seen',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk__post_seen__post_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk__post_seen__user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__post_seen')),
    sa.UniqueConstraint('post_id', 'user_id', 'version', name=op.f('uq__post_seen__post_id_user_id_version'))
    )
    op.create_table('post_text',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('platform', sa.String(length=32), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk__post_text__post_id')),
    sa.PrimaryKeyConstraint('post_id', 'platform', name=op.f('pk__post_text'))
    )
    op.create_table('attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=16), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk__attempt__delivery_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__attempt'))
    )
    op.create_index(op.f('ix__attempt__delivery_id'), 'attempt', ['delivery_id'], unique=False)
    op.create_table('delivery_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=32), nullable=False),
    sa.Column('before', sa.String(length=32), nullable=True),
    sa.Column('after', sa.String(length=32), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk__delivery_event__actor_id')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk__delivery_event__delivery_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__delivery_event'))
    )
    op.create_index(op.f('ix__delivery_event__delivery_id'), 'delivery_event', ['delivery_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix__delivery_event__delivery_id'), table_name='delivery_event')
    op.drop_table('delivery_event')
    op.drop_index(op.f('ix__attempt__delivery_id'), table_name='attempt')
    op.drop_table('attempt')
    op.drop_table('proof')
    op.drop_table('post_text')
    op.drop_table('post_seen')
    op.drop_index(op.f('ix__post_picture__post_id'), table_name='post_picture')
    op.drop_index(op.f('ix__post_picture__media_id'), table_name='post_picture')
    op.drop_table('post_picture')
    op.drop_index(op.f('ix__post_event__post_id'), table_name='post_event')
    op.drop_table('post_event')
    op.drop_index(op.f('ix__post_account__account_id'), table_name='post_account')
    op.drop_table('post_account')
    op.drop_index('uq__delivery__post_account', table_name='delivery', sqlite_where=sa.text("status <> 'cancelled'"), postgresql_where=sa.text("status <> 'cancelled'"))
    op.drop_index('uq__delivery__account_in_flight', table_name='delivery', sqlite_where=sa.text("status IN ('claimed', 'sending', 'unknown')"), postgresql_where=sa.text("status IN ('claimed', 'sending', 'unknown')"))
    op.drop_index('ix__delivery__office_status', table_name='delivery')
    op.drop_index('ix__delivery__office_published', table_name='delivery', sqlite_where=sa.text("status = 'published'"), postgresql_where=sa.text("status = 'published'"))
    op.drop_index('ix__delivery__lookup', table_name='delivery', sqlite_where=sa.text("status = 'unknown'"), postgresql_where=sa.text("status = 'unknown'"))
    op.drop_index('ix__delivery__handed_over', table_name='delivery', sqlite_where=sa.text("status = 'handed_over'"), postgresql_where=sa.text("status = 'handed_over'"))
    op.drop_index('ix__delivery__lease', table_name='delivery', sqlite_where=sa.text("status IN ('claimed', 'sending')"), postgresql_where=sa.text("status IN ('claimed', 'sending')"))
    op.drop_index('ix__delivery__due', table_name='delivery', sqlite_where=sa.text("status = 'pending'"), postgresql_where=sa.text("status = 'pending'"))
    op.drop_index('ix__delivery__account_due', table_name='delivery', sqlite_where=sa.text("status = 'pending'"), postgresql_where=sa.text("status = 'pending'"))
    op.drop_table('delivery')
    op.drop_index(op.f('ix__user_session__user_id'), table_name='user_session')
    op.drop_table('user_session')
    op.drop_index('ix__quota_rule__scope', table_name='quota_rule')
    op.drop_table('quota_rule')
    op.drop_index('ix__post__office_status', table_name='post')
    op.drop_table('post')
    op.drop_index(op.f('ix__media__office_id'), table_name='media')
    op.drop_index(op.f('ix__media__digest'), table_name='media')
    op.drop_table('media')
    op.drop_index('uq__account__platform_remote_id_now', table_name='account', sqlite_where=sa.text('retired_at IS NULL AND remote_id IS NOT NULL'), postgresql_where=sa.text('retired_at IS NULL AND remote_id IS NOT NULL'))
    op.drop_index('uq__account__platform_handle_now', table_name='account', sqlite_where=sa.text("retired_at IS NULL AND handle <> ''"), postgresql_where=sa.text("retired_at IS NULL AND handle <> ''"))
    op.drop_index('ix__account__renew', table_name='account')
    op.drop_index('ix__account__paused', table_name='account', sqlite_where=sa.text("status = 'paused'"), postgresql_where=sa.text("status = 'paused'"))
    op.drop_index(op.f('ix__account__office_id'), table_name='account')
    op.drop_table('account')
    op.drop_index(op.f('ix__user__region_id'), table_name='user')
    op.drop_index(op.f('ix__user__office_id'), table_name='user')
    op.drop_table('user')
    op.drop_index('uq__office__abbreviation_now', table_name='office', sqlite_where=sa.text('valid_to IS NULL'), postgresql_where=sa.text('valid_to IS NULL'))
    op.drop_index(op.f('ix__office__region_id'), table_name='office')
    op.drop_table('office')
    op.drop_table('region')
    op.drop_table('heartbeat')
    op.drop_index(op.f('ix__audit_entry__region_id'), table_name='audit_entry')
    op.drop_table('audit_entry')

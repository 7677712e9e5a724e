// SPDX-License-Identifier: Apache-2.0
#include "text/fragment_tree.h"

#include <algorithm>
#include <limits>

namespace collab::text {
namespace {

constexpr std::size_t kMaxPerNode = 32;

// Recomputes the sums of a node from what is directly below it.
void refresh(TreeNode& node) {
    node.total = 0;
    node.visible = 0;
    node.insertions = {};
    node.newest = 0;
    for (const Fragment* fragment : node.fragments) {
        node.total += fragment->length;
        if (fragment->visible) node.visible += fragment->length;
        node.insertions.observe(fragment->insertion->at);
        node.newest = std::max(node.newest, fragment->insertion->at.value);
    }
    for (const TreeNode* child : node.children) {
        node.total += child->total;
        node.visible += child->visible;
        node.insertions.merge(child->insertions);
        node.newest = std::max(node.newest, child->newest);
    }
}

template <class T>
std::vector<T> take_upper_half(std::vector<T>& all) {
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::vector<T> upper(middle, all.end());
    all.erase(middle, all.end());
    return upper;
}

std::size_t index_in_parent(const TreeNode& node) {
    const auto& siblings = node.parent->children;
    return static_cast<std::size_t>(std::find(siblings.begin(), siblings.end(), &node) -
                                    siblings.begin());
}

}  // namespace

View::View(const Version& seen, const Version& applied)
    : version(seen), complete_up_to(std::numeric_limits<std::uint32_t>::max()), complete(true) {
    for (const Lamport newest : applied.entries()) {
        const std::uint32_t value = seen.value(newest.replica);
        if (value >= newest.value) continue;
        complete_up_to = std::min(complete_up_to, value);
        complete = false;
    }
}

bool EditRecord::undone_at(const Version& version) const {
    std::uint32_t greatest = 0;
    for (const auto& [at, count] : undos)
        if (version.observed(at)) greatest = std::max(greatest, count);
    return greatest % 2 == 1;
}

bool Fragment::is_visible() const {
    return !insertion->undone() && std::all_of(deletions.begin(), deletions.end(),
                                               [](const EditRecord* d) { return d->undone(); });
}

bool Fragment::was_visible(const Version& version) const {
    if (!version.observed(insertion->at) || insertion->undone_at(version)) return false;
    return std::all_of(deletions.begin(), deletions.end(), [&](const EditRecord* deletion) {
        return !version.observed(deletion->at) || deletion->undone_at(version);
    });
}

FragmentTree::FragmentTree()
    : root_(&nodes_.emplace_back()), first_leaf_(root_), last_leaf_(root_) {}

Fragment* FragmentTree::at(const Cursor& cursor) const {
    const auto& fragments = cursor.leaf->fragments;
    return cursor.index < fragments.size() ? fragments[cursor.index] : nullptr;
}

void FragmentTree::normalise(Cursor& cursor) const {
    if (cursor.index < cursor.leaf->fragments.size() || cursor.leaf->next == nullptr) return;
    cursor.leaf = cursor.leaf->next;
    cursor.index = 0;
}

void FragmentTree::advance(Cursor& cursor, std::uint64_t length) const {
    cursor.start += length;
    ++cursor.index;
    normalise(cursor);
}

// Over the fragments of the cursor's leaf; false if all of them end before `offset`.
bool FragmentTree::scan(Cursor& cursor, std::size_t from, std::uint64_t offset,
                        const View& view) const {
    const auto& fragments = cursor.leaf->fragments;
    for (cursor.index = from; cursor.index < fragments.size(); ++cursor.index) {
        const std::uint64_t length = view.length(*fragments[cursor.index]);
        if (cursor.start + length >= offset) return true;
        cursor.start += length;
    }
    return false;
}

// The same over all that is below `node`, whole subtrees at a time where the view has seen them.
bool FragmentTree::descend(Cursor& cursor, TreeNode* node, std::uint64_t offset,
                           const View& view) const {
    if (view.observed_all_below(*node) && cursor.start + node->total < offset) {
        cursor.start += node->total;
        return false;
    }
    if (node->children.empty()) {
        cursor.leaf = node;
        return scan(cursor, 0, offset, view);
    }
    for (TreeNode* child : node->children)
        if (descend(cursor, child, offset, view)) return true;
    return false;
}

void FragmentTree::seek(Cursor& cursor, std::uint64_t offset, const View& view) const {
    if (cursor.start >= offset) return;
    bool found = false;
    if (cursor.leaf == first_leaf_ && cursor.index == 0) {
        found = descend(cursor, root_, offset, view);
    } else {
        TreeNode* node = cursor.leaf;
        found = scan(cursor, cursor.index, offset, view);
        for (; !found && node->parent != nullptr; node = node->parent) {
            const auto& siblings = node->parent->children;
            for (std::size_t i = index_in_parent(*node) + 1; !found && i < siblings.size(); ++i)
                found = descend(cursor, siblings[i], offset, view);
        }
    }
    if (found) return;
    cursor.leaf = last_leaf_;
    cursor.index = last_leaf_->fragments.size();
}

bool FragmentTree::skip_dead_leaf(Cursor& cursor, std::uint64_t limit) const {
    const TreeNode& leaf = *cursor.leaf;
    if (cursor.index != 0 || leaf.visible != 0 || leaf.fragments.empty()) return false;
    if (cursor.start + leaf.total > limit) return false;
    cursor.start += leaf.total;
    cursor.index = leaf.fragments.size();
    normalise(cursor);
    return true;
}

void FragmentTree::insert(Cursor& cursor, EditRecord& insertion, std::uint64_t offset,
                          std::uint64_t length) {
    Fragment& fragment = fragments_.emplace_back();
    fragment.insertion = &insertion;
    fragment.offset = offset;
    fragment.length = length;
    fragment.next_of_insertion = std::exchange(insertion.inserted, &fragment);
    place(cursor, fragment);
}

void FragmentTree::split(Cursor& cursor, std::uint64_t left_length) {
    Fragment& left = *at(cursor);
    Fragment& right = fragments_.emplace_back(left);
    right.offset += left_length;
    right.length -= left_length;
    left.length = left_length;
    left.next_of_insertion = &right;
    for (EditRecord* deletion : right.deletions) deletion->deleted.push_back(&right);
    for (TreeNode* node = left.leaf; node != nullptr; node = node->parent) {
        node->total -= right.length;
        if (right.visible) node->visible -= right.length;
    }
    cursor.start += left_length;
    ++cursor.index;
    place(cursor, right);
}

void FragmentTree::set_visible(Fragment& fragment, bool visible) {
    if (fragment.visible == visible) return;
    fragment.visible = visible;
    for (TreeNode* node = fragment.leaf; node != nullptr; node = node->parent) {
        if (visible)
            node->visible += fragment.length;
        else
            node->visible -= fragment.length;
    }
}

void FragmentTree::place(Cursor& cursor, Fragment& fragment) {
    TreeNode* leaf = cursor.leaf;
    auto& fragments = leaf->fragments;
    fragments.insert(fragments.begin() + static_cast<std::ptrdiff_t>(cursor.index), &fragment);
    fragment.leaf = leaf;
    for (TreeNode* node = leaf; node != nullptr; node = node->parent) {
        node->total += fragment.length;
        if (fragment.visible) node->visible += fragment.length;
        node->insertions.observe(fragment.insertion->at);
        node->newest = std::max(node->newest, fragment.insertion->at.value);
    }
    if (fragments.size() <= kMaxPerNode) return;
    divide(leaf);
    if (cursor.index < fragments.size()) return;
    cursor.index -= fragments.size();
    cursor.leaf = leaf->next;
}

// Moves the upper half of a full node to a new sibling after it.
void FragmentTree::divide(TreeNode* node) {
    if (node->parent == nullptr) {
        TreeNode& root = nodes_.emplace_back();
        root.children.push_back(node);
        node->parent = root_ = &root;
        refresh(root);
    }
    TreeNode& upper = nodes_.emplace_back();
    upper.parent = node->parent;
    upper.fragments = take_upper_half(node->fragments);
    upper.children = take_upper_half(node->children);
    for (Fragment* fragment : upper.fragments) fragment->leaf = &upper;
    for (TreeNode* child : upper.children) child->parent = &upper;
    if (upper.children.empty()) {
        upper.next = std::exchange(node->next, &upper);
        if (last_leaf_ == node) last_leaf_ = &upper;
    }
    refresh(*node);
    refresh(upper);
    auto& siblings = node->parent->children;
    siblings.insert(siblings.begin() + static_cast<std::ptrdiff_t>(index_in_parent(*node) + 1),
                    &upper);
    if (siblings.size() > kMaxPerNode) divide(node->parent);
}

}  // namespace collab::text

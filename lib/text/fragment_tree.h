// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fragments of one note in order (spec 2, 9.2), in a B+ tree whose nodes sum up what is below
// them, so that a full offset at a version is found without a walk over all fragments. Knows
// nothing of operations; TextBuffer does. Nothing is ever removed: deleted text stays as fragments.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "text/lamport.h"

namespace collab::text {

struct Fragment;
struct TreeNode;

// What is kept of one edit (or of the base text): its text, where that is now, and its undos.
struct EditRecord {
    Lamport at;
    std::string text;                // all that it inserted, in order
    Fragment* inserted = nullptr;    // chain through Fragment::next_of_insertion, in any order
    std::vector<Fragment*> deleted;  // what it deleted, in any order
    std::vector<std::pair<Lamport, std::uint32_t>> undos;  // undo timestamp and count
    std::uint32_t greatest_count = 0;

    bool undone() const { return greatest_count % 2 == 1; }
    bool undone_at(const Version& version) const;
};

// A slice of the text of one edit. Its address stays the same as long as the tree lives.
struct Fragment {
    EditRecord* insertion = nullptr;
    std::uint64_t offset = 0;  // into insertion->text
    std::uint64_t length = 0;  // never 0
    bool visible = true;
    std::vector<EditRecord*> deletions;
    Fragment* next_of_insertion = nullptr;
    TreeNode* leaf = nullptr;

    bool is_visible() const;  // by the undo counts of now; `visible` remembers it
    bool was_visible(const Version& version) const;
};

struct TreeNode {
    TreeNode* parent = nullptr;
    TreeNode* next = nullptr;          // the leaf after this leaf
    std::vector<TreeNode*> children;   // empty in leaves
    std::vector<Fragment*> fragments;  // empty elsewhere
    std::uint64_t total = 0;           // bytes below, deleted ones included
    std::uint64_t visible = 0;         // visible bytes below
    Version insertions;                // timestamps of all insertions below
    std::uint32_t newest = 0;          // the greatest value among them
};

// Through whose eyes lengths are counted.
struct View {
    // `applied` is the version of all that is in the tree.
    View(const Version& seen, const Version& applied);

    const Version& version;
    // The version has observed all insertions, deletions and undos that are in the tree with a
    // timestamp up to this value, so it need not be asked about each.
    std::uint32_t complete_up_to;
    bool complete;  // …with any timestamp

    bool observed(const Fragment& fragment) const {
        return fragment.insertion->at.value <= complete_up_to ||
               version.observed(fragment.insertion->at);
    }
    bool observed_all_below(const TreeNode& node) const {
        return node.newest <= complete_up_to || version.covers(node.insertions);
    }
    // Bytes that the fragment has for the view: all or nothing.
    std::uint64_t length(const Fragment& fragment) const {
        return observed(fragment) ? fragment.length : 0;
    }
};

class FragmentTree {
public:
    // A fragment, or the place after the last one (then index is the size of the last leaf), and
    // the sum of the lengths before it in the view that moved the cursor there. A cursor stays
    // good while the tree changes only through it.
    struct Cursor {
        TreeNode* leaf;
        std::size_t index;
        std::uint64_t start;
    };

    FragmentTree();
    FragmentTree(FragmentTree&&) = default;
    FragmentTree& operator=(FragmentTree&&) = default;

    Cursor begin() const { return {first_leaf_, 0, 0}; }
    // Nullptr after the last fragment.
    Fragment* at(const Cursor& cursor) const;
    // To the next fragment; `length` is what the view counts for the one left behind.
    void advance(Cursor& cursor, std::uint64_t length) const;
    // Forward to the first fragment that ends at or after `offset`; to the end if none does.
    // Stays where it is when that is the fragment under the cursor.
    void seek(Cursor& cursor, std::uint64_t offset, const View& view) const;
    // In a complete view: over a leaf that has nothing visible and ends at or before `limit`, if
    // the cursor stands at the beginning of such a leaf. Whether it moved.
    bool skip_dead_leaf(Cursor& cursor, std::uint64_t limit) const;

    // Puts a new visible fragment before the one under the cursor, which then stands on the new
    // one.
    void insert(Cursor& cursor, EditRecord& insertion, std::uint64_t offset, std::uint64_t length);
    // Cuts the fragment under the cursor; the cursor then stands on the right part. Requires an
    // observed fragment and 0 < left_length < its length.
    void split(Cursor& cursor, std::uint64_t left_length);
    void set_visible(Fragment& fragment, bool visible);

    std::uint64_t visible_bytes() const { return root_->visible; }
    std::size_t size() const { return fragments_.size(); }

    template <class Visit>
    void for_each(Visit visit) const {
        for (const TreeNode* leaf = first_leaf_; leaf != nullptr; leaf = leaf->next)
            for (const Fragment* fragment : leaf->fragments) visit(*fragment);
    }

private:
    bool descend(Cursor& cursor, TreeNode* node, std::uint64_t offset, const View& view) const;
    bool scan(Cursor& cursor, std::size_t from, std::uint64_t offset, const View& view) const;
    void normalise(Cursor& cursor) const;
    void place(Cursor& cursor, Fragment& fragment);
    void divide(TreeNode* node);

    std::deque<TreeNode> nodes_;
    std::deque<Fragment> fragments_;
    TreeNode* root_;
    TreeNode* first_leaf_;
    TreeNode* last_leaf_;
};

}  // namespace collab::text

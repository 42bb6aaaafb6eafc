using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Npgsql
{
    /// <inheritdoc />
    public partial class RecordImports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_labelled_records_Class",
                table: "labelled_records");

            migrationBuilder.AddColumn<long>(
                name: "ImportId",
                table: "labelled_records",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "record_imports",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    FileName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CreatedBy = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Records = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_record_imports", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_ImportId_Class",
                table: "labelled_records",
                columns: new[] { "ImportId", "Class" });

            migrationBuilder.CreateIndex(
                name: "IX_record_imports_State",
                table: "record_imports",
                column: "State");

            migrationBuilder.AddForeignKey(
                name: "FK_labelled_records_record_imports_ImportId",
                table: "labelled_records",
                column: "ImportId",
                principalTable: "record_imports",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_labelled_records_record_imports_ImportId",
                table: "labelled_records");

            migrationBuilder.DropTable(
                name: "record_imports");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_ImportId_Class",
                table: "labelled_records");

            migrationBuilder.DropColumn(
                name: "ImportId",
                table: "labelled_records");

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_Class",
                table: "labelled_records",
                column: "Class");
        }
    }
}

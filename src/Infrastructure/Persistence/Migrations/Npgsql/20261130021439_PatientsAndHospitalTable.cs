using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Npgsql
{
    /// <inheritdoc />
    public partial class PatientsAndHospitalTable : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Source",
                table: "training_jobs",
                type: "text",
                maxLength: -1,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PublishedAt",
                table: "record_imports",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "RowsRemovedAt",
                table: "model_versions",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PatientHash",
                table: "labelled_records",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "record_deletions",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    VisibleSince = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Records = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_record_deletions", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_PatientHash",
                table: "labelled_records",
                column: "PatientHash",
                filter: "\"PatientHash\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_record_deletions_DeletedAt",
                table: "record_deletions",
                column: "DeletedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "record_deletions");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_PatientHash",
                table: "labelled_records");

            migrationBuilder.DropColumn(
                name: "Source",
                table: "training_jobs");

            migrationBuilder.DropColumn(
                name: "PublishedAt",
                table: "record_imports");

            migrationBuilder.DropColumn(
                name: "RowsRemovedAt",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "PatientHash",
                table: "labelled_records");
        }
    }
}
